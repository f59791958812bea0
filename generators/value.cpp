// Formulas become nodes in canonical form.
#include "value.hpp"

#include "rules.hpp"

namespace normfold::gen {
namespace {

value made(std::string op, std::initializer_list<value> args) {
  builder* in = nullptr;
  for (const value& a : args)
    if (a.in() != nullptr) in = a.in();
  ir::node n{.op = std::move(op)};
  for (const value& a : args) n.args.push_back(a.node_in(*in));
  return {*in, simplified(*in, std::move(n))};
}

}  // namespace

value apply(const std::string& op, value a) { return made(op, {a}); }
value apply(const std::string& op, value a, value b) { return made(op, {a, b}); }
value select(value condition, value a, value b) { return made("select", {condition, a, b}); }

value holds(value condition) {
  const ir::node& n = (*condition.in())[condition.node_in(*condition.in())];
  return n.op == "less" || n.op == "less_equal" ? condition : 0 < abs(condition);
}

value fails(value condition) {
  builder& b = *condition.in();
  const ir::node n = b[condition.node_in(b)];
  if (n.op == "less") return value(b, n.args[1]) <= value(b, n.args[0]);
  if (n.op == "less_equal") return value(b, n.args[1]) < value(b, n.args[0]);
  return abs(condition) <= 0;
}

value count(const applied& n) {
  builder& b = *n.f.in();
  return {b, b.count(n.node->over, n.node->first)};
}

value total(const applied& n, value v) {
  builder& b = *n.f.in();
  ir::node sum{.op = "sum", .args = {v.node_in(b)}, .over = n.node->over, .first = n.node->first};
  return {b, simplified(b, std::move(sum))};
}

}  // namespace normfold::gen
