// What many elements share, factors of a product and what is added to it, is computed once for all of them (docs/decisions/0013).
#include <algorithm>
#include <map>

#include "builder.hpp"
#include "ops.hpp"
#include "plan.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

bool is_power_of_two(const ir::node& n) { return n.op == "scale" || n.op == "unscale"; }

// What other sweeps compute again in any case does not hinder a rewrite.
class sweep_uses {
 public:
  explicit sweep_uses(const ir::graph& g) : g_(g), stage_(stages(g)) {}

  /// Whether `user` alone wants `value` in the sweep that computes `user`.
  bool is_alone(int value, int user) const {
    for (std::size_t i = 0; i < g_.nodes.size(); ++i) {
      const ir::node& n = g_.nodes[i];
      const int sweep = stage_[i] - (is_reduction(n.op) ? 1 : 0);
      if (static_cast<int>(i) != user && sweep == stage_[static_cast<std::size_t>(user)] &&
          std::find(n.args.begin(), n.args.end(), value) != n.args.end())
        return false;
    }
    return std::none_of(g_.names.begin(), g_.names.end(),
                        [&](const ir::named_node& n) { return n.node == value && n.what != ir::role::label; });
  }

 private:
  const ir::graph& g_;
  std::vector<int> stage_;
};

class joiner {
 public:
  explicit joiner(const ir::graph& g) : g_(g), uses_(g), b_(g), all_((ir::atom_set{1} << g.atoms.size()) - 1) {}

  ir::graph run(int (joiner::*rule)(const ir::node&)) {
    rebuild(g_, b_, [&](int old, ir::node n) {
      const ir::node& was = g_.nodes[static_cast<std::size_t>(old)];
      const bool whole = was.varies == all_ && was.args.size() == 2 && uses_.is_alone(was.args[0], old);
      const int made = whole ? (this->*rule)(n) : none;
      return made == none ? b_.add(std::move(n)) : made;
    });
    for (const auto& [node, name] : joined_) b_.name(name, node, ir::role::label);
    return b_.finish();
  }

  // (v * p) * q = v * (p * q)
  int factors(const ir::node& n) {
    if (n.op != "mul" || !b_.is(n.args[0], "mul")) return none;
    const int value = b_[n.args[0]].args[0], p = b_[n.args[0]].args[1], q = n.args[1];
    if (!is_fixed(value, p, q) || is_power_of_two(b_[p]) || is_power_of_two(b_[q])) return none;
    return b_.op("mul", {value, named("factor", b_.op("mul", {p, q}))});
  }

  // (near - shift) * f = near * f - shift * f; near * f - c + b = near * f + (b - c)
  int offsets(const ir::node& n) {
    const int left = n.args[0], right = n.args[1];
    if (n.op == "mul" && b_.is(left, "sub") && is_near(b_[left].args[0]) &&
        is_fixed(b_[left].args[0], b_[left].args[1], right))
      return b_.op("sub",
                   {b_.op("mul", {b_[left].args[0], right}), named("offset", b_.op("mul", {b_[left].args[1], right}))});
    if (n.op != "add" || !b_.is(left, "sub") || joined_.count(b_[left].args[1]) == 0) return none;
    const int product = b_[left].args[0], inner = b_[left].args[1];
    if (!is_fixed(product, inner, right)) return none;
    joined_.erase(inner);
    return b_.op("add", {product, named("offset", b_.op("sub", {right, inner}))});
  }

 private:
  static constexpr int none = -1;

  // The value varies along every axis, the two others together do not.
  bool is_fixed(int value, int p, int q) const {
    return b_[value].varies == all_ && (b_[p].varies | b_[q].varies) != all_ && b_[p].varies != 0 && b_[q].varies != 0;
  }
  // v - pivot
  bool is_near(int i) const {
    if (!b_.is(i, "sub")) return false;
    const int pivot = b_[i].args[1];
    return b_.is(b_.is(pivot, "spread") ? b_[pivot].args[0] : pivot, "pivot");
  }
  int named(const char* name, int node) {
    joined_[node] = name;
    return node;
  }

  const ir::graph& g_;
  sweep_uses uses_;
  builder b_;
  ir::atom_set all_;
  std::map<int, const char*> joined_;
};

}  // namespace

ir::graph join_factors(const ir::graph& g) { return joiner(g).run(&joiner::factors); }
ir::graph join_offsets(const ir::graph& g) { return joiner(g).run(&joiner::offsets); }

}  // namespace normfold::gen
