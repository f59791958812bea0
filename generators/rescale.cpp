// Keeps squares in range: the graph of a norm is homogeneous in its tensors, so a slice whose squares overflow or vanish is
// computed on x * s, s a power of two, with every value carrying the power of s that it has.
#include <cmath>
#include <stdexcept>

#include "builder.hpp"
#include "ops.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

class rescaler {
 public:
  rescaler(const ir::graph& g, ir::atom_set kept, const ir::node& scope) : b_(g) {
    std::vector<int> largest;  // of what is scaled, should the scale be needed
    for (const ir::node& n : g.nodes)
      if (n.op == "input" && n.name == "x") largest.push_back(b_.reduce("absmax", b_.add(n), scope));
    scale_ = b_.add({.op = "scale", .args = largest, .varies = kept});
    unscale_ = b_.add({.op = "unscale", .args = {scale_}, .varies = kept});
  }

  int visit(int old, const ir::node& was, ir::node n) {
    (void)old;
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
    else if (n.op == "less" || n.op == "less_equal") level(n, d, 0, 1);
    else if (n.op == "select") degree = level(n, d, 1, 2);
    else if ((n.op == "sqrt" || n.op == "rsqrt") && d[0] % 2 == 0) degree = n.op == "sqrt" ? d[0] / 2 : -d[0] / 2;
    else
      for (std::size_t i = 0; i < n.args.size(); ++i) n.args[i] = times(n.args[i], -d[i]);  // tanh and the like see the value itself
    found_ = found_ || ((n.op == "sqrt" || n.op == "rsqrt") && degree != 0);
    degree_.push_back(degree);
    return b_.add(std::move(n));
  }

  // value * s^power
  int times(int value, int power) {
    if (b_.is_constant(value, 0)) return value;
    for (; power > 0; --power) value = b_.op("mul", {value, scale_});
    for (; power < 0; ++power) value = b_.op("mul", {value, unscale_});
    return value;
  }

  builder& to() { return b_; }
  int degree(int old) const { return degree_[static_cast<std::size_t>(old)]; }
  bool found() const { return found_; }

 private:
  // Gives two arguments one degree: that of the one made of elements.
  int level(ir::node& n, const std::vector<int>& d, std::size_t i, std::size_t j) {
    const bool first = b_.made_of(n.args[i]) <= b_.made_of(n.args[j]);
    const int degree = first ? d[i] : d[j];
    n.args[i] = times(n.args[i], degree - d[i]);
    n.args[j] = times(n.args[j], degree - d[j]);
    return degree;
  }

  builder b_;
  std::vector<int> degree_;
  int scale_, unscale_;
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
  rescaler r(g, all & ~over, scope);
  const std::vector<int> moved =
      rebuild(unnamed, r.to(), [&](int old, ir::node n) { return r.visit(old, g.nodes[static_cast<std::size_t>(old)], std::move(n)); });
  if (!r.found()) return g;
  for (const ir::named_node& n : g.names) {
    const int value = moved[static_cast<std::size_t>(n.node)];
    if (n.what == ir::role::statistic && r.degree(n.node) != 0) r.to().name("scaled_" + n.name, value, ir::role::label);
    r.to().name(n.name, n.what == ir::role::label ? value : r.times(value, -r.degree(n.node)), n.what);
  }
  return r.to().finish();
}

}  // namespace normfold::gen
