// The canonical form: a table of rules, tried in order on every node whose arguments are already canonical.
// To add a rule, add a row to `table` with a comment that says the algebra.
#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "builder.hpp"
#include "ops.hpp"

namespace normfold::gen {
namespace {

constexpr int no_change = -1;

int simplify(builder& b, ir::node n);

int make(builder& b, const std::string& op, std::vector<int> args) {
  return simplify(b, {.op = op, .args = std::move(args)});
}

bool before(const builder& b, int l, int r) {
  const auto key = [&](int i) { return std::tuple(b.made_of(i), b[i].name, b.hash(i)); };
  return key(l) < key(r);
}

// All arguments constant: compute.
int fold_constants(builder& b, const ir::node& n) {
  if (find_op(n.op).kind != op_kind::elementwise || n.op == "storage") return no_change;
  long double values[3];
  for (std::size_t i = 0; i < n.args.size(); ++i) {
    if (!b.is(n.args[i], "constant")) return no_change;
    values[i] = b[n.args[i]].value;
  }
  return b.constant(static_cast<double>(find_op(n.op).reference(values)));
}

// -a = a * -1
int negation(builder& b, const ir::node& n) {
  return n.op == "neg" ? make(b, "mul", {n.args[0], b.constant(-1)}) : no_change;
}

// a / sqrt(b) = a * rsqrt(b); a / rsqrt(b) = a * sqrt(b); a / 2 = a * 0.5 (exact);
// a / s = a * (1 / s) where s varies along fewer axes: one division a slice instead of one an element.
int division(builder& b, const ir::node& n) {
  if (n.op != "div") return no_change;
  const int a = n.args[0];
  const int d = n.args[1];
  int exponent = 0;
  if (b.is(d, "sqrt")) return make(b, "mul", {a, make(b, "rsqrt", {b[d].args[0]})});
  if (b.is(d, "rsqrt")) return make(b, "mul", {a, make(b, "sqrt", {b[d].args[0]})});
  if (b.is(d, "constant") && std::fabs(std::frexp(b[d].value, &exponent)) == 0.5)
    return make(b, "mul", {a, b.constant(1 / b[d].value)});
  if (b[d].varies != b[a].varies && (b[d].varies & ~b[a].varies) == 0 && !b.is(d, "constant"))
    return make(b, "mul", {a, b.op("div", {b.constant(1), d})});
  return no_change;
}

void collect_factors(const builder& b, int i, std::vector<int>& factors, double& coefficient) {
  if (b.is(i, "mul")) {
    for (int a : b[i].args) collect_factors(b, a, factors, coefficient);
  } else if (b.is(i, "constant")) {
    coefficient *= b[i].value;
  } else {
    factors.push_back(i);
  }
}

// (a * b) * (c * 2) = ((a * b) * c) * 2, factors ordered by origin, a * a = sq(a)
int product(builder& b, const ir::node& n) {
  if (n.op != "mul") return no_change;
  std::vector<int> factors;
  double coefficient = 1;
  for (int a : n.args) collect_factors(b, a, factors, coefficient);
  if (coefficient == 0) return b.constant(0);
  std::sort(factors.begin(), factors.end(), [&](int l, int r) { return before(b, l, r); });
  for (std::size_t i = 0; i + 1 < factors.size(); ++i)
    if (factors[i] == factors[i + 1]) {
      factors[i] = make(b, "sq", {factors[i]});
      factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  std::sort(factors.begin(), factors.end(), [&](int l, int r) { return before(b, l, r); });
  if (coefficient != 1) factors.push_back(b.constant(coefficient));
  int left = factors[0];
  for (std::size_t i = 1; i < factors.size(); ++i) left = b.op("mul", {left, factors[i]});
  return left;
}

// a + 0 = a; a + b * -1 = a - b; operands ordered by origin
int addition(builder& b, const ir::node& n) {
  if (n.op != "add") return no_change;
  int l = n.args[0];
  int r = n.args[1];
  if (before(b, r, l)) std::swap(l, r);
  if (b.is_constant(r, 0)) return l;
  for (const auto& [keep, minus] : {std::pair(l, r), std::pair(r, l)})
    if (b.is(minus, "mul") && b.is_constant(b[minus].args[1], -1)) return make(b, "sub", {keep, b[minus].args[0]});
  return b.op("add", {l, r});
}

// a - 0 = a; mean(sq(v)) - sq(mean(v)) = mean(sq(v - mean(v))): the variance, without its cancellation
int subtraction(builder& b, const ir::node& n) {
  if (n.op != "sub") return no_change;
  const int l = n.args[0];
  const int r = n.args[1];
  if (b.is_constant(r, 0)) return l;
  if (!b.is(l, "mean") || !b.is(r, "sq") || !b.is(b[r].args[0], "mean")) return no_change;
  const ir::node second = b[l];
  const int mean = b[r].args[0];
  const int v = b[mean].args[0];
  if (!b.is(second.args[0], "sq") || b[second.args[0]].args[0] != v) return no_change;
  if (second.over != b[mean].over || second.first != b[mean].first) return no_change;
  return b.reduce("mean", b.op("sq", {b.op("sub", {v, mean})}), second);
}

// max(b, a) = max(a, b), likewise min
int commutes(builder& b, const ir::node& n) {
  if (!find_op(n.op).commutes || !before(b, n.args[1], n.args[0])) return no_change;
  return b.op(n.op, {n.args[1], n.args[0]});
}

// A value that does not vary along a reduced axis: its mean, max and min over it are the value, its sum is n times it.
int reduce_only_what_varies(builder& b, const ir::node& n) {
  if (!is_reduction(n.op)) return no_change;
  const int arg = n.args[0];
  const ir::atom_set idle = n.over & ~b[arg].varies;
  if (idle == 0) return no_change;
  const auto taken = [&](ir::atom_set atoms) -> std::optional<ir::leading> {
    return n.first && (atoms >> n.first->atom & 1) != 0 ? n.first : std::nullopt;
  };
  const ir::atom_set left = n.over & ~idle;
  int value = arg;
  if (left != 0) value = b.add({.op = n.op, .args = {arg}, .over = left, .first = taken(left)});
  else if (n.op == "absmax") value = make(b, "abs", {arg});
  return n.op == "sum" ? make(b, "mul", {value, b.count(idle, taken(idle))}) : value;
}

// sqrt(sq(a)) = |a|; sq(|a|) = sq(a); | |a| | = |a|
int absolute(builder& b, const ir::node& n) {
  if (n.op == "sqrt" && b.is(n.args[0], "sq")) return make(b, "abs", b[n.args[0]].args);
  if (n.op == "sq" && b.is(n.args[0], "abs")) return b.op("sq", b[n.args[0]].args);
  if (n.op == "abs" && b.is(n.args[0], "abs")) return n.args[0];
  return no_change;
}

using rule = int (*)(builder&, const ir::node&);
constexpr rule table[] = {
    fold_constants, negation, division, product, addition, subtraction, absolute, commutes, reduce_only_what_varies};

int simplify(builder& b, ir::node n) {
  for (rule apply : table)
    if (const int to = apply(b, n); to != no_change) return to;
  return b.add(std::move(n));
}

}  // namespace

int simplified(builder& b, ir::node n) { return simplify(b, std::move(n)); }

ir::graph canonical(const ir::graph& layer) {
  builder b(layer);
  rebuild(layer, b, [&](int, ir::node n) { return simplify(b, std::move(n)); });
  return b.finish();
}

}  // namespace normfold::gen
