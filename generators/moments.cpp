// Shifted moments: the one rewrite that makes means and variances accurate in a single sweep.
#include <map>

#include "builder.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

// mean(v) of the old graph, where something uses v - mean(v)
struct centre {
  int pivot = -1;  // K
  int near = -1;   // v - K
  int shift = -1;  // dm = mean(v - K)
};

bool same_scope(const ir::node& a, const ir::node& b) { return a.over == b.over && a.first == b.first; }

}  // namespace

ir::graph shift_moments(const ir::graph& g) {
  const auto at = [&](int i) -> const ir::node& { return g.nodes[static_cast<std::size_t>(i)]; };
  const auto is_centred = [&](const ir::node& n) {
    return n.op == "sub" && at(n.args[1]).op == "mean" && at(n.args[1]).args[0] == n.args[0];
  };
  const auto unspread = [&](int i) { return at(i).op == "spread" ? at(i).args[0] : i; };
  std::map<int, centre> centres;
  for (const ir::node& n : g.nodes)
    if (is_centred(n)) centres[n.args[1]];

  builder b(g);
  rebuild(g, b, [&](int old, ir::node n) {
    const ir::node& was = at(old);
    if (const auto found = centres.find(old); found != centres.end()) {
      centre& c = found->second;
      if (const auto inner = centres.find(was.args[0]); inner != centres.end()) {  // a mean of means: K1 - K is exact
        c.pivot = b.reduce("pivot", inner->second.pivot, n);
        c.near = b.op("add", {b.op("sub", {inner->second.pivot, c.pivot}), inner->second.shift});
      } else {
        c.pivot = b.reduce("pivot", n.args[0], n);
        c.near = b.op("sub", {n.args[0], c.pivot});
      }
      c.shift = b.reduce("mean", c.near, n);
      return b.op("add", {c.pivot, c.shift});
    }
    if (is_centred(was)) {
      const centre& c = centres[was.args[1]];
      return b.op("sub", {c.near, c.shift});
    }
    if (was.op == "sub" && centres.count(unspread(was.args[1])) != 0) {  // by the mean of the groups that it belongs to
      const centre& c = centres[unspread(was.args[1])];
      const auto along = [&](int node) {
        return b.add({.op = "spread", .args = {node}, .over = at(was.args[1]).over});
      };
      const bool spread = at(was.args[1]).op == "spread";
      const int near = b.op("sub", {n.args[0], spread ? along(c.pivot) : c.pivot});
      return b.op("sub", {near, spread ? along(c.shift) : c.shift});
    }
    if ((n.op == "mean" || n.op == "sum") && at(was.args[0]).op == "sq" && is_centred(at(at(was.args[0]).args[0]))) {
      const int mean = at(at(was.args[0]).args[0]).args[1];
      if (same_scope(at(mean), n)) {
        const centre& c = centres[mean];
        const int squares = b.reduce("mean", b.op("sq", {c.near}), n);
        const int variance = b.op("max", {b.op("sub", {squares, b.op("sq", {c.shift})}), b.constant(0)});
        return n.op == "mean" ? variance : b.op("mul", {variance, b.count(n.over, n.first)});
      }
    }
    return b.add(std::move(n));
  });
  return b.finish();
}

}  // namespace normfold::gen
