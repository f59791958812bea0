// Formulas over the nodes of a graph that is being built: `1 - sq(f)` adds its nodes and is the last of them. To give
// formulas another op, add its line below.
#pragma once

#include <string>

#include "builder.hpp"

namespace normfold::gen {

/// A node, or a number that has not yet met one.
class value {
 public:
  value() = default;
  value(double number) : number_(number) {}  // NOLINT: a number is a value
  value(builder& in, int node) : in_(&in), node_(node) {}

  bool is_number() const { return in_ == nullptr; }
  builder& in() const;
  /// The node in `b`; a number becomes a constant.
  int node_in(builder& b) const { return in_ == nullptr ? b.constant(number_) : node_; }

 private:
  builder* in_ = nullptr;
  int node_ = -1;
  double number_ = 0;
};

value apply(const std::string& op, value a);
value apply(const std::string& op, value a, value b);

inline value operator+(value a, value b) { return apply("add", a, b); }
inline value operator-(value a, value b) { return apply("sub", a, b); }
inline value operator*(value a, value b) { return apply("mul", a, b); }
inline value operator/(value a, value b) { return apply("div", a, b); }
inline value operator-(value a) { return apply("neg", a); }
inline value sq(value a) { return apply("sq", a); }
inline value abs(value a) { return apply("abs", a); }
inline value exp(value a) { return apply("exp", a); }
inline value operator<(value a, value b) { return apply("less", a, b); }
inline value operator<=(value a, value b) { return apply("less_equal", a, b); }
value select(value condition, value a, value b);
/// 1 where a condition is not 0, and 1 where it is.
value holds(value condition);
value fails(value condition);

/// One node and what it is made of: what a row of the op table says its derivatives with.
struct applied {
  value f;        ///< the result
  value a, b, c;  ///< the arguments
  const ir::node* node = nullptr;
};

/// The number of elements that a reduction takes.
value count(const applied& n);
/// The sum of v over what a reduction takes.
value total(const applied& n, value v);

}  // namespace normfold::gen
