// Draws random graphs. An op that needs care has its line in `tamed`.
#include "pipes.hpp"

#include <string>
#include <vector>

#include "builder.hpp"
#include "ops.hpp"

namespace normfold::gradient_tests {
namespace {

class drawing {
 public:
  explicit drawing(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {
    g_.name = "random_" + std::to_string(seed);
    g_.axes = {{"N"}, {"T"}, {"C"}};
    g_.atoms = {{0, ir::part::whole, "N"}, {1, ir::part::whole, "T"}};
    if (one_in(3)) {
      g_.atoms.push_back({2, ir::part::group, "2", 2});
      g_.atoms.push_back({2, ir::part::member, "C/2"});
    } else {
      g_.atoms.push_back({2, ir::part::whole, "C"});
    }
    all_ = (ir::atom_set{1} << g_.atoms.size()) - 1;
  }

  ir::graph run() {
    int x = add({.op = "input", .name = "x", .varies = all_});
    values_ = {x, add({.op = "input", .name = "r", .varies = all_})};
    for (const char* name : {"w", "b", "s"})
      values_.push_back(add({.op = "parameter", .name = name, .varies = some_atoms()}));
    const std::size_t steps = 3 + draw() % 6;
    for (std::size_t i = 0; i < steps; ++i) {
      x = step(x);
      values_.push_back(x);
    }
    if (one_in(4)) g_.names.push_back({"more", full(pick()), ir::role::output});
    g_.names.insert(g_.names.begin(), {"y", full(x), ir::role::output});
    gen::builder used(g_);  // what the outputs need
    gen::rebuild(g_, used, [&](int, ir::node n) { return used.add(std::move(n)); });
    return used.finish();
  }

 private:
  std::uint64_t draw() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ >> 11;
  }
  ir::atom_set some_atoms() { return static_cast<ir::atom_set>(draw() % (all_ + 1)); }
  bool one_in(std::uint64_t n) { return draw() % n == 0; }
  int pick() { return values_[draw() % values_.size()]; }
  ir::node at(int i) const { return g_.nodes[static_cast<std::size_t>(i)]; }

  int add(ir::node n) {
    for (const int a : n.args) n.varies |= at(a).varies;
    n.varies &= ~n.over;
    g_.nodes.push_back(std::move(n));
    return static_cast<int>(g_.nodes.size()) - 1;
  }
  int op(const std::string& name, std::vector<int> args) { return add({.op = name, .args = std::move(args)}); }
  int number(double v) { return add({.op = "constant", .value = v}); }
  int full(int v) { return at(v).varies == all_ ? v : op("mul", {0, v}); }
  // Values stay between -2 and 2.
  int bounded(int v) { return op("mul", {op("tanh", {v}), number(2)}); }
  int positive(int v) { return op("add", {op("sq", {v}), number(0.5)}); }

  int reduction(const std::string& name, int of) {
    ir::node n{.op = name, .args = {of}};
    while ((n.over = some_atoms() & at(of).varies) == 0) {
    }
    if (one_in(4)) {
      int atom = 0;
      while ((n.over >> atom & 1) == 0) ++atom;
      n.first = one_in(2) ? ir::leading{atom, 60, 0} : ir::leading{atom, 0, 2};
    }
    return add(n);
  }

  int step(int x) {
    const auto rows = gen::all_ops();
    const gen::op_row& row = rows[draw() % rows.size()];
    const std::string name(row.name);
    if (row.kind == gen::op_kind::leaf || name == "pivot" || name == "storage" || name == "round") return norm(x);
    if (row.kind == gen::op_kind::reduction) {
      if (at(x).varies == 0) return op("add", {x, 0});
      const int s = reduction(name, one_in(2) ? x : op("mul", {x, pick()}));
      return one_in(2) ? op("sub", {x, s}) : op("mul", {full(x), bounded(s)});
    }
    return tamed(row, name, x);
  }

  int tamed(const gen::op_row& row, const std::string& name, int x) {
    if (name == "sqrt" || name == "rsqrt" || name == "log") return op(name, {positive(x)});
    if (name == "exp" || name == "sq") return op(name, {bounded(x)});
    if (name == "div") return op(name, {x, positive(pick())});
    if (name == "mul") return op(name, {bounded(x), pick()});
    if (name == "select") return op(name, {op(one_in(2) ? "less" : "less_equal", {x, pick()}), pick(), bounded(x)});
    if (name == "less" || name == "less_equal") return op("add", {x, op(name, {x, pick()})});
    if (row.arity == 2) return one_in(2) ? op(name, {x, pick()}) : op(name, {pick(), x});
    return op(name, {x});
  }

  // What norms are made of: x - mean, x * rsqrt(mean(x * x) + eps), x / max(length, eps).
  int norm(int x) {
    if (at(x).varies == 0) return op("add", {x, 0});
    const int c = one_in(2) ? op("sub", {x, reduction("mean", x)}) : x;
    ir::node square{.op = "mean", .args = {op("sq", {c})}};
    while ((square.over = some_atoms() & at(c).varies) == 0) {
    }
    if (one_in(3)) {
      square.op = "sum";
      return op("div", {c, op("max", {op("sqrt", {add(square)}), number(0.01)})});
    }
    return op("mul", {c, op("rsqrt", {op("add", {add(square), number(1e-3)})})});
  }

  std::uint64_t state_;
  ir::graph g_;
  ir::atom_set all_ = 0;
  std::vector<int> values_;
};

}  // namespace

ir::graph random_layer(std::uint64_t seed) { return drawing(seed).run(); }

}  // namespace normfold::gradient_tests
