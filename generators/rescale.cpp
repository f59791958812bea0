// Keeps squares in range: the graph of a norm is homogeneous in its tensors, so a slice whose squares overflow or vanish is
// computed on x * s, s a power of two, with every value carrying the power of s that it has.
#include <set>
#include <string>
#include <utility>

#include "builder.hpp"
#include "ops.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

class rescaler {
 public:
  // `scaled` are the names of the tensors whose largest element the scale follows from.
  rescaler(const ir::graph& g, ir::atom_set kept, const ir::node& scope, std::set<std::string> scaled)
      : b_(g), scaled_(std::move(scaled)) {
    std::vector<int> largest;
    for (const ir::node& n : g.nodes)
      if (n.op == "input" && scaled_.count(n.name) != 0) largest.push_back(b_.reduce("absmax", b_.add(n), scope));
    scale_ = b_.add({.op = "scale", .args = largest, .varies = kept});
    unscale_ = b_.add({.op = "unscale", .args = {scale_}, .varies = kept});
  }

  int visit(const ir::node& was, ir::node n) {
    std::vector<int> d;
    for (int a : was.args) d.push_back(degree_[static_cast<std::size_t>(a)]);
    int degree = 0;
    if (n.op == "input" && n.name == "x") {
      degree_.push_back(1);
      return b_.op("mul", {b_.add(std::move(n)), scale_});
    }
    if (n.op == "mul") degree = d[0] + d[1];
    else if (n.op == "div") degree = d[0] - d[1];
    else if (n.op == "sq") degree = 2 * d[0];
    else if (n.op == "abs" || n.op == "neg" || is_reduction(n.op)) degree = d[0];
    else if (n.op == "add" || n.op == "sub" || n.op == "max" || n.op == "min") degree = level(n, d, 0, 1);
    else if (n.op == "storage") {  // rounds the value itself, and the result is of the value's degree
      degree_.push_back(d[0]);
      n.args[0] = times(n.args[0], -d[0]);
      return times(b_.add(std::move(n)), d[0]);
    } else if (n.op == "less" || n.op == "less_equal") level(n, d, 0, 1);
    else if (n.op == "select") degree = level(n, d, 1, 2);
    else if ((n.op == "sqrt" || n.op == "rsqrt") && d[0] % 2 == 0) degree = n.op == "sqrt" ? d[0] / 2 : -d[0] / 2;
    else
      for (std::size_t i = 0; i < n.args.size(); ++i)
        n.args[i] = times(n.args[i], -d[i]);  // tanh and the like see the value itself
    // A root of a slice's statistic: of elements' own roots the plan takes no care.
    found_ = found_ || ((n.op == "sqrt" || n.op == "rsqrt") && degree != 0 && n.varies == b_[scale_].varies);
    degree_.push_back(degree);
    return times(b_.add(std::move(n)), std::exchange(common_, 0));
  }

  // value * s^power
  int times(int value, int power) {
    if (b_.is(value, "input") && power > 0) scaled_.insert(b_[value].name);
    if (b_.is_constant(value, 0)) return value;
    for (; power > 0; --power) value = b_.op("mul", {value, scale_});
    for (; power < 0; ++power) value = is_scaled(value) ? b_[value].args[0] : b_.op("mul", {value, unscale_});
    return value;
  }

  builder& to() { return b_; }
  int degree(int old) const { return degree_[static_cast<std::size_t>(old)]; }
  bool found() const { return found_; }
  const std::set<std::string>& scaled() const { return scaled_; }

 private:
  bool is_scaled(int value) const { return b_.is(value, "mul") && b_[value].args[1] == scale_; }

  // Gives two arguments one degree: that of the one made of elements; of two, that of the one that is scaled already.
  int level(ir::node& n, const std::vector<int>& d, std::size_t i, std::size_t j) {
    const origin a = b_.made_of(n.args[i]);
    const origin b = b_.made_of(n.args[j]);
    const bool first = a != b ? a < b : d[i] != 0;
    const int scaled = n.args[first ? i : j];
    int& other = n.args[first ? j : i];
    if (is_scaled(scaled) && b_.is(other, "input") &&
        (n.op == "add" || n.op == "sub")) {  // x * s + r * s = (x + r) * s
      scaled_.insert(b_[other].name);
      n.args[first ? i : j] = b_[scaled].args[0];
      common_ = 1;
      return 1;
    }
    const int degree = first ? d[i] : d[j];
    n.args[i] = times(n.args[i], degree - d[i]);
    n.args[j] = times(n.args[j], degree - d[j]);
    return degree;
  }

  builder b_;
  std::set<std::string> scaled_;
  std::vector<int> degree_;
  int scale_, unscale_;
  int common_ = 0;  ///< the power of s taken out of both terms of a sum
  bool found_ = false;
};

}  // namespace

ir::graph rescale(const ir::graph& g) {
  ir::atom_set over = 0;
  ir::node scope;
  const ir::atom_set all = (ir::atom_set{1} << g.atoms.size()) - 1;
  for (const ir::node& n : g.nodes) {
    if (!is_reduction(n.op)) continue;
    if (g.nodes[static_cast<std::size_t>(n.args[0])].varies != all || (over != 0 && over != n.over)) return g;
    over = n.over;
    scope = n;
  }
  if (over == 0) return g;
  ir::graph unnamed = g;
  unnamed.names.clear();
  const auto walk = [&](rescaler& r) {
    return rebuild(unnamed, r.to(),
                   [&](int old, ir::node n) { return r.visit(g.nodes[static_cast<std::size_t>(old)], std::move(n)); });
  };
  rescaler first(g, all & ~over, scope, {"x"});  // finds which other tensors are scaled with x
  walk(first);
  rescaler r(g, all & ~over, scope, first.scaled());
  const std::vector<int> moved = walk(r);
  if (!r.found()) return g;
  for (const ir::named_node& n : g.names) {
    const int value = moved[static_cast<std::size_t>(n.node)];
    if (n.what == ir::role::statistic && r.degree(n.node) != 0) r.to().name("scaled_" + n.name, value, ir::role::label);
    r.to().name(n.name, n.what == ir::role::label ? value : r.times(value, -r.degree(n.node)), n.what);
  }
  return r.to().finish();
}

}  // namespace normfold::gen
