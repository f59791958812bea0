// Reverse differentiation: from the outputs to the leaves, one adjoint (a sum of products) for each node.
#include "gradient.hpp"

#include <algorithm>

#include "assemble.hpp"
#include "ops.hpp"
#include "value.hpp"

namespace normfold::gen {
namespace {

/// An adjoint of more terms than this goes on as one factor, or chains of norms would multiply their terms.
constexpr std::size_t most_terms = 8;

class differentiation {
 public:
  differentiation(const ir::graph& layer, statistics from) : layer_(layer), from_(from), b_(layer) {}

  ir::graph run() {
    copy_forward();
    algebra a(b_);
    adjoints_.resize(static_cast<std::size_t>(b_.size()));
    const int forward = b_.size();
    for (const ir::named_node& n : layer_.names) {
      if (n.what != ir::role::output) continue;
      const int at = moved(n.node);
      const int seed = b_.add({.op = "input", .name = "d" + n.name, .varies = b_[at].varies});
      algebra::add(adjoint(at), term{1, {{seed, 1}}});
    }
    for (int i = forward; i-- > 0;) pass_back(a, i);

    std::vector<int> leaves;
    for (const char* op : {"input", "parameter"})
      for (int i = 0; i < forward; ++i)
        if (b_.is(i, op)) leaves.push_back(i);
    std::stable_partition(leaves.begin(), leaves.end(), [&](int i) { return b_.is(i, "input") && b_[i].name == "x"; });
    std::vector<terms> wanted;
    for (int i : leaves) wanted.push_back(adjoint(i));
    const assembled made = assemble(a, wanted);
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      const ir::node leaf = b_[leaves[k]];
      int node = made.nodes[k];
      // A gradient that does not vary along every axis of its argument still fills it.
      if (b_[node].varies != leaf.varies) node = b_.op("select", {b_.constant(1), node, leaves[k]});
      b_.name("d" + leaf.name, node, leaf.op == "input" ? ir::role::output : ir::role::gradient);
    }
    for (int i : made.normalised)  // for those who read what is generated
      if (b_.made_of(i) == origin::element) b_.name("xhat", i, ir::role::label);
    return with_saved(b_);
  }

 private:
  int moved(int node) const { return moved_[static_cast<std::size_t>(node)]; }
  terms& adjoint(int node) { return adjoints_[static_cast<std::size_t>(node)]; }

  void copy_forward() {
    ir::graph unnamed = layer_;
    unnamed.names.clear();
    moved_ = rebuild(unnamed, b_, [&](int old, ir::node n) {
      for (const ir::named_node& k : layer_.names)
        if (from_ == statistics::frozen && k.what == ir::role::kept && k.node == old)
          return b_.add({.op = "given", .name = "running_" + k.name, .varies = n.varies});
      return b_.add(std::move(n));
    });
  }

  void pass_back(algebra& a, int i) {
    const ir::node n = b_[i];
    if (n.args.empty() || adjoint(i).empty()) return;
    if (adjoint(i).size() > most_terms) adjoint(i) = {a.together(adjoint(i))};
    const auto arg = [&](std::size_t k) { return k < n.args.size() ? value(b_, n.args[k]) : value(); };
    const applied at{value(b_, i), arg(0), arg(1), arg(2), &n};
    const op_row& row = find_op(n.op);
    for (std::size_t k = 0; k < n.args.size(); ++k) {
      const int to = n.args[k];
      if (row.derivative[k] == nullptr || b_.made_of(to) == origin::constant) continue;
      terms flow = a.times(adjoint(i), a.product_of(row.derivative[k](at).node_in(b_)));
      if (n.first) {
        const int part = b_.add({.op = "leading", .varies = ir::atom_set{1} << n.first->atom, .first = n.first});
        flow = a.times(flow, term{1, {{part, 1}}});
      }
      if (row.kind == op_kind::elementwise) flow = a.sum(flow, n.varies & ~b_[to].varies);
      algebra::add(adjoint(to), flow);
    }
  }

  // What the caller has kept is read instead of computed: the statistics that `train` wrote, outputs besides y.
  ir::graph with_saved(builder& made) const {
    std::vector<std::pair<int, ir::node>> kept;
    for (const ir::named_node& n : layer_.names) {
      const ir::node& was = layer_.nodes[static_cast<std::size_t>(n.node)];
      const bool output = n.what == ir::role::output && &n != &layer_.names.front();
      const bool statistic = n.what == ir::role::statistic && from_ == statistics::saved;
      if (is_leaf(was.op) || !(output || statistic)) continue;
      kept.emplace_back(moved(n.node), ir::node{.op = output ? "input" : "given", .name = n.name, .varies = was.varies});
      made.name(n.name, moved(n.node), ir::role::statistic);
    }
    ir::graph g = made.finish();
    std::vector<std::pair<int, ir::node>> leaves;
    std::size_t next = 0;
    for (const ir::named_node& n : g.names)
      if (n.what == ir::role::statistic) leaves.emplace_back(n.node, kept[next++].second);
    std::erase_if(g.names, [](const ir::named_node& n) { return n.what == ir::role::statistic; });
    g.running.reset();
    builder out(g);
    rebuild(g, out, [&](int old, ir::node n) {
      for (const auto& [node, leaf] : leaves)
        if (node == old) return out.add(leaf);
      return out.add(std::move(n));
    });
    ir::graph done = out.finish();
    int labels = 0;
    for (ir::named_node& n : done.names)
      if (n.what == ir::role::label && ++labels > 1) n.name += std::to_string(labels);
    return done;
  }

  const ir::graph& layer_;
  statistics from_;
  builder b_;
  std::vector<int> moved_;
  std::vector<terms> adjoints_;
};

}  // namespace

ir::graph gradient(const ir::graph& layer, statistics from) { return differentiation(layer, from).run(); }

}  // namespace normfold::gen
