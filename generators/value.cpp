// Formulas become nodes in canonical form.
#include "value.hpp"

#include <algorithm>
#include <stdexcept>

#include "rules.hpp"

namespace normfold::gen {
namespace {

value made(std::string op, std::initializer_list<value> args) {
  const auto node = std::find_if(args.begin(), args.end(), [](const value& a) { return !a.is_number(); });
  builder& b = (node == args.end() ? args.begin() : node)->in();
  ir::node n{.op = std::move(op)};
  for (const value& a : args) n.args.push_back(a.node_in(b));
  return {b, simplified(b, std::move(n))};
}

}  // namespace

builder& value::in() const {
  if (in_ == nullptr) throw std::logic_error("a formula of numbers alone has no graph; write the number instead");
  return *in_;
}

value apply(const std::string& op, value a) { return made(op, {a}); }
value apply(const std::string& op, value a, value b) { return made(op, {a, b}); }
value select(value condition, value a, value b) { return made("select", {condition, a, b}); }

value holds(value condition) {
  builder& b = condition.in();
  const ir::node& n = b[condition.node_in(b)];
  return n.op == "less" || n.op == "less_equal" ? condition : 0 < abs(condition);
}

value fails(value condition) {
  builder& b = condition.in();
  const ir::node n = b[condition.node_in(b)];
  if (n.op == "less") return value(b, n.args[1]) <= value(b, n.args[0]);
  if (n.op == "less_equal") return value(b, n.args[1]) < value(b, n.args[0]);
  return abs(condition) <= 0;
}

value count(const applied& n) {
  builder& b = n.f.in();
  return {b, b.count(n.node->over, n.node->first)};
}

value total(const applied& n, value v) {
  builder& b = n.f.in();
  ir::node sum{.op = "sum", .args = {v.node_in(b)}, .over = n.node->over, .first = n.node->first};
  return {b, simplified(b, std::move(sum))};
}

}  // namespace normfold::gen
