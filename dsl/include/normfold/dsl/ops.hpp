// The ops of a formula, one line each. An op's name is its row in the op table.
// The names that the C library also has (exp, sqrt, select ...) are functions, so that they overload instead of hiding.
#pragma once

#include "expr.hpp"

namespace normfold {

// Elementwise ops.
struct add_op : op<"add"> {};
struct sub_op : op<"sub"> {};
struct mul_op : op<"mul"> {};
struct div_op : op<"div"> {};
struct less_op : op<"less", true> {};
struct less_equal_op : op<"less_equal", true> {};
// clang-format off
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator+(const A& a, const B& b) { return detail::make<add_op>(a, b); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator-(const A& a, const B& b) { return detail::make<sub_op>(a, b); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator*(const A& a, const B& b) { return detail::make<mul_op>(a, b); }
template <class A, class B> requires(detail::ours<A, B> && !detail::splits<A>)
constexpr auto operator/(const A& a, const B& b) { return detail::make<div_op>(a, b); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator<(const A& a, const B& b) { return detail::make<less_op>(a, b); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator<=(const A& a, const B& b) { return detail::make<less_equal_op>(a, b); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator>(const A& a, const B& b) { return detail::make<less_op>(b, a); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator>=(const A& a, const B& b) { return detail::make<less_equal_op>(b, a); }

struct neg_op : op<"neg"> {};         template <detail::ours A> constexpr auto operator-(const A& a) { return detail::make<neg_op>(a); }
struct abs_op : op<"abs"> {};         template <detail::ours A> constexpr auto abs(const A& a) { return detail::make<abs_op>(a); }
struct sq_op : op<"sq"> {};           template <detail::ours A> constexpr auto sq(const A& a) { return detail::make<sq_op>(a); }
struct sqrt_op : op<"sqrt"> {};       template <detail::ours A> constexpr auto sqrt(const A& a) { return detail::make<sqrt_op>(a); }
struct rsqrt_op : op<"rsqrt"> {};     template <detail::ours A> constexpr auto rsqrt(const A& a) { return detail::make<rsqrt_op>(a); }
struct exp_op : op<"exp"> {};         template <detail::ours A> constexpr auto exp(const A& a) { return detail::make<exp_op>(a); }
struct log_op : op<"log"> {};         template <detail::ours A> constexpr auto log(const A& a) { return detail::make<log_op>(a); }
struct tanh_op : op<"tanh"> {};       template <detail::ours A> constexpr auto tanh(const A& a) { return detail::make<tanh_op>(a); }
struct sigmoid_op : op<"sigmoid"> {}; template <detail::ours A> constexpr auto sigmoid(const A& a) { return detail::make<sigmoid_op>(a); }
struct erf_op : op<"erf"> {};         template <detail::ours A> constexpr auto erf(const A& a) { return detail::make<erf_op>(a); }
struct round_op : op<"round"> {};     template <detail::ours A> constexpr auto round(const A& a) { return detail::make<round_op>(a); }
struct storage_op : op<"storage"> {};  ///< the word `rounded`

template <detail::ours A> constexpr auto silu(const A& a) { return a * sigmoid(a); }
// clang-format on

struct select_op : op<"select"> {};
template <class Condition, class A, class B>
requires detail::ours<Condition, A, B>
constexpr auto select(const Condition& condition, const A& a, const B& b) {
  constexpr auto found = detail::first_mistake_as_value<A, B>();
  if constexpr (detail::any_invalid<Condition, A, B>) {
    return invalid{};
  } else if constexpr (detail::what_is<Condition> != detail::what::comparison) {
    return detail::complain<detail::mistake::select_condition, Condition>();
  } else if constexpr (found != detail::mistake::none) {
    return detail::complain<found, A, B>();
  } else {
    using detail::as_value;
    using choice = apply_<select_op, Condition, typename as_value<A>::type, typename as_value<B>::type>;
    return choice{detail::tuple_of(condition, as_value<A>::of(a), as_value<B>::of(b))};
  }
}

namespace detail {

template <class Op, class Scope, class Value>
constexpr auto reduce_along(const Scope& scope, const Value& value) {
  constexpr mistake found = mistake_as_value<Value>();
  if constexpr (found != mistake::none) {
    return complain<found, Op, Value>();
  } else if constexpr (what_is<Value> == what::number) {
    return complain<mistake::reduction_of_number, Op, Value>();
  } else {
    return reduce_<Op, Scope, Value>{scope, value};
  }
}
template <class Op, class Value>
constexpr auto reduce_one(const Value& value) {
  return reduce_along<Op>(last_over_{}, value);
}
template <class Op, class Scope, class Value>
constexpr auto reduce_one(const Scope& scope, const Value& value) {
  if constexpr (what_is<Scope> == what::over) {
    return reduce_along<Op>(scope, value);
  } else {
    return complain<mistake::reduction_arguments, Op, Scope, Value>();
  }
}

template <class Op, class... Arguments>
constexpr auto make_reduction(const Arguments&... arguments) {
  if constexpr (any_invalid<Arguments...>) {
    return invalid{};
  } else if constexpr (sizeof...(Arguments) == 0 || ((what_is<Arguments> == what::over) && ...)) {
    return complain<mistake::reduction_arguments, Op, Arguments...>();
  } else if constexpr (((what_is<Arguments> == what::axis || what_is<Arguments> == what::split ||
                         what_is<Arguments> == what::first || what_is<Arguments> == what::sized_axis) ||
                        ...)) {
    return complain<mistake::reduction_axes, Op, Arguments...>();
  } else if constexpr (sizeof...(Arguments) > 2) {
    return complain<mistake::reduction_arguments, Op, Arguments...>();
  } else {
    return reduce_one<Op>(arguments...);
  }
}

template <class Op>
struct reduction_word {
  static constexpr auto normfold_is = what::word;
  static constexpr auto without_brackets = mistake::reduction_brackets;
  template <class... Arguments>
  constexpr auto operator()(const Arguments&... arguments) const {
    return make_reduction<Op>(arguments...);
  }
};

}  // namespace detail

// Reductions.
// clang-format off
struct mean_op : op<"mean"> {};      inline constexpr struct mean_ : detail::reduction_word<mean_op> {} mean;
struct sum_op : op<"sum"> {};        inline constexpr struct sum_ : detail::reduction_word<sum_op> {} sum;
struct absmax_op : op<"absmax"> {};  inline constexpr struct absmax_ : detail::reduction_word<absmax_op> {} absmax;
struct reduce_max_op : op<"reduce_max"> {};
struct reduce_min_op : op<"reduce_min"> {};
// clang-format on

// max(x) and max(over(C), x) reduce, max(a, b) takes the larger of two values.
struct max_op : op<"max"> {};
struct min_op : op<"min"> {};
template <detail::ours A>
constexpr auto max(const A& a) {
  return detail::make_reduction<reduce_max_op>(a);
}
template <detail::ours A>
constexpr auto max(const A& a, const A& b) {  // fits as well as std::max, and is more constrained
  return detail::make<max_op>(a, b);
}
template <class A, class B>
requires detail::ours<A, B>
constexpr auto max(const A& a, const B& b) {
  if constexpr (detail::reduces<A>) {
    return detail::make_reduction<reduce_max_op>(a, b);
  } else {
    return detail::make<max_op>(a, b);
  }
}
template <detail::ours A>
constexpr auto min(const A& a) {
  return detail::make_reduction<reduce_min_op>(a);
}
template <detail::ours A>
constexpr auto min(const A& a, const A& b) {  // fits as well as std::min, and is more constrained
  return detail::make<min_op>(a, b);
}
template <class A, class B>
requires detail::ours<A, B>
constexpr auto min(const A& a, const B& b) {
  if constexpr (detail::reduces<A>) {
    return detail::make_reduction<reduce_min_op>(a, b);
  } else {
    return detail::make<min_op>(a, b);
  }
}

}  // namespace normfold
