// Reductions whose innermost loop is short, and which skip a loop that is kept (groups of channels where channels are the
// innermost axis): first over everything but that loop, column by column, then over the few columns of a group. So every
// sweep of a full tensor walks whole rows, and what a group shares is spread over its columns.
#include "builder.hpp"
#include "ops.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

constexpr std::size_t long_enough = 64;  // elements of a run that a sweep may well start anew for

class splitter {
 public:
  splitter(const ir::graph& g, int inner)
      : g_(g), b_(g), inner_(ir::atom_set{1} << inner), all_((ir::atom_set{1} << g.atoms.size()) - 1) {}

  ir::graph run() {
    rebuild(g_, b_, [&](int old, ir::node n) {
      const ir::node& was = at(old);
      if (is_reduction(n.op) && (n.over & inner_) != 0 && n.over != inner_) return split(was, n);
      for (int& a : n.args) a = spread(a, n);
      return b_.add(std::move(n));
    });
    return b_.finish();
  }

 private:
  const ir::node& at(int i) const { return g_.nodes[static_cast<std::size_t>(i)]; }

  int over(const std::string& op, int value, ir::atom_set set) {
    return b_.add({.op = op, .args = {value}, .over = set});
  }

  // mean(sq(v - mean(v))) = mean over the columns of (their variance + sq(their mean - mean))
  int split(const ir::node& was, const ir::node& n) {
    const ir::atom_set rows = n.over & ~inner_;
    if (const int v = centred(was); v >= 0) {
      const int column = over("mean", v, rows);
      const int mean = over("mean", column, inner_);
      const int within = over("mean", b_.op("sq", {b_.op("sub", {v, column})}), rows);
      return over("mean", b_.op("add", {within, b_.op("sq", {b_.op("sub", {column, mean})})}), inner_);
    }
    return over(n.op, over(n.op, n.args[0], rows), inner_);
  }

  // The new node of v where `n` of the old graph is mean(sq(v - mean(v))), else -1.
  int centred(const ir::node& n) {
    if (n.op != "mean" || at(n.args[0]).op != "sq") return -1;
    const ir::node& difference = at(at(n.args[0]).args[0]);
    if (difference.op != "sub" || at(difference.args[1]).op != "mean" || at(difference.args[1]).over != n.over ||
        at(difference.args[1]).args[0] != difference.args[0])
      return -1;
    return moved_to(difference.args[0]);
  }

  // The copy of an old node: the builder numbers equal nodes alike.
  int moved_to(int old) {
    ir::node n = at(old);
    for (int& a : n.args) a = moved_to(a);
    if (is_reduction(n.op) && (n.over & inner_) != 0 && n.over != inner_) return split(at(old), n);
    for (int& a : n.args) a = spread(a, n);
    return b_.add(n);
  }

  // What an elementwise node of whole tensors reads: statistics repeated over the columns that share them.
  int spread(int a, const ir::node& user) {
    if (is_reduction(user.op) || is_leaf(user.op)) return a;
    ir::atom_set along = 0;
    for (int other : user.args) along |= b_[other].varies;
    const ir::node& n = b_[a];
    const bool shared = along == all_ && n.varies != 0 && (n.varies & inner_) == 0;
    return shared ? b_.add({.op = "spread", .args = {a}, .over = inner_}) : a;
  }

  const ir::graph& g_;
  builder b_;
  ir::atom_set inner_, all_;
};

}  // namespace

ir::graph two_levels(const ir::graph& g, const std::vector<int>& order) {
  if (order.size() < 3) return g;
  const int inner = order.back(), next = order[order.size() - 2];
  const ir::atom& short_one = g.atoms[static_cast<std::size_t>(inner)];
  if (short_one.which != ir::part::member || short_one.extent >= long_enough) return g;
  bool skips = false;
  for (const ir::node& n : g.nodes) {
    if (n.first) return g;
    if (!is_reduction(n.op) ||
        g.nodes[static_cast<std::size_t>(n.args[0])].varies != (ir::atom_set{1} << g.atoms.size()) - 1)
      continue;
    skips = skips || (n.over & ~(ir::atom_set{1} << inner) & ~(ir::atom_set{1} << next)) != 0;
    if ((n.over >> next & 1) != 0) return g;
  }
  return skips ? splitter(g, inner).run() : g;
}

}  // namespace normfold::gen
