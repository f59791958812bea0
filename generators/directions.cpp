// What one generated function computes: the part of a layer's graph that a direction needs, running statistics included,
// or its gradient.
#include <stdexcept>

#include "builder.hpp"
#include "gradient.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

// mean(sq(v - mean(v))): the running value is unbiased, times n / (n - 1), unless the layer says `biased`.
bool is_variance(const ir::graph& g, const ir::node& n) {
  const auto at = [&](int i) -> const ir::node& { return g.nodes[static_cast<std::size_t>(i)]; };
  if (n.op != "mean" || at(n.args[0]).op != "sq") return false;
  const ir::node& v = at(at(n.args[0]).args[0]);
  return v.op == "sub" && at(v.args[1]).op == "mean" && at(v.args[1]).args[0] == v.args[0] &&
         at(v.args[1]).over == n.over && at(v.args[1]).first == n.first;
}

// momentum: old + (batch - old) * m, written as old * (1 - m) + batch * m; keep and average likewise
int updated(builder& b, const ir::running& rule, int old, int batch) {
  if (rule.rule == ir::update::average) {
    const int rate = b.add({.op = "given", .name = "average_rate"});
    return b.op("add", {old, b.op("mul", {b.op("sub", {batch, old}), rate})});
  }
  const double momentum = rule.rule == ir::update::momentum ? rule.rate : 1 - rule.rate;
  const double keep = rule.rule == ir::update::momentum ? 1 - rule.rate : rule.rate;
  return b.op("add", {b.op("mul", {old, b.constant(keep)}), b.op("mul", {batch, b.constant(momentum)})});
}

}  // namespace

std::string to_text(direction d) {
  switch (d) {
    case direction::infer: return "infer";
    case direction::train: return "train";
    case direction::backward: return "backward";
    case direction::backward_recompute: return "backward_recompute";
    case direction::backward_from_y: return "backward_from_y";
    case direction::backward_frozen: return "backward_frozen";
  }
  return "";
}

ir::graph for_direction(const ir::graph& g, direction d) {
  if (d == direction::backward) return gradient(g, statistics::saved);
  if (d == direction::backward_recompute) return gradient(g, statistics::recomputed);
  if (d == direction::backward_from_y) return gradient(g, statistics::from_y);
  if (d == direction::backward_frozen) return gradient(g, statistics::frozen);
  ir::graph unnamed = g;
  unnamed.names.clear();
  builder b(g);
  std::vector<const ir::named_node*> kept;
  for (const ir::named_node& n : g.names)
    if (n.what == ir::role::kept) kept.push_back(&n);

  const auto given = [&](const ir::named_node& k) {
    return b.add(
        {.op = "given", .name = "running_" + k.name, .varies = g.nodes[static_cast<std::size_t>(k.node)].varies});
  };
  const std::vector<int> moved = rebuild(unnamed, b, [&](int old, ir::node n) {
    if (d == direction::infer && g.running)
      for (const ir::named_node* k : kept)
        if (k->node == old) return given(*k);
    return b.add(std::move(n));
  });
  const auto to = [&](const ir::named_node& n) { return moved[static_cast<std::size_t>(n.node)]; };
  for (const ir::named_node& n : g.names) {
    const bool written = n.what == ir::role::output || (n.what == ir::role::statistic && d == direction::train);
    b.name(n.name, to(n), written ? n.what : ir::role::label);
  }
  if (d == direction::train)
    for (const ir::named_node* k : kept) {
      int batch = to(*k);
      if (const ir::node n = b[batch];
          !g.running->biased && is_variance(g, g.nodes[static_cast<std::size_t>(k->node)])) {
        const int count = b.count(n.over, n.first);
        batch = b.op("mul", {batch, b.op("div", {count, b.op("sub", {count, b.constant(1)})})});
      }
      b.name("running_" + k->name, updated(b, *g.running, given(*k), batch), ir::role::kept);
    }
  return b.finish();
}

}  // namespace normfold::gen
