// What a formula has not, with the sentence that says what to write instead. A thing that users try is one line here.
#pragma once

#include "ops.hpp"

namespace normfold {

// clang-format off
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator==(const A&, const B&) { return detail::refuse<detail::mistake::formula_equal, A, B>(); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator!=(const A&, const B&) { return detail::refuse<detail::mistake::formula_equal, A, B>(); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator&&(const A&, const B&) { return detail::refuse<detail::mistake::formula_if, A, B>(); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator||(const A&, const B&) { return detail::refuse<detail::mistake::formula_if, A, B>(); }
template <detail::ours A>
constexpr auto operator!(const A&) { return detail::refuse<detail::mistake::formula_if, A>(); }

template <detail::expression A, class B>
constexpr auto operator+=(const A&, const B&) { return detail::refuse<detail::mistake::formula_assign, A, B>(); }
template <detail::expression A, class B>
constexpr auto operator-=(const A&, const B&) { return detail::refuse<detail::mistake::formula_assign, A, B>(); }
template <detail::expression A, class B>
constexpr auto operator*=(const A&, const B&) { return detail::refuse<detail::mistake::formula_assign, A, B>(); }
template <detail::expression A, class B>
constexpr auto operator/=(const A&, const B&) { return detail::refuse<detail::mistake::formula_assign, A, B>(); }

template <class A, class B> requires detail::ours<A, B>
constexpr auto pow(const A&, const B&) { return detail::refuse<detail::mistake::no_pow, A, B>(); }
template <class A, class B> requires detail::ours<A, B>
constexpr auto operator^(const A&, const B&) { return detail::refuse<detail::mistake::no_pow, A, B>(); }
template <detail::ours... A>
constexpr auto var(const A&...) { return detail::refuse<detail::mistake::no_variance, A...>(); }
template <detail::ours... A>
constexpr auto variance(const A&...) { return detail::refuse<detail::mistake::no_variance, A...>(); }
template <detail::ours... A>
constexpr auto stddev(const A&...) { return detail::refuse<detail::mistake::no_variance, A...>(); }

/// A pipe whose left side is no layer.
template <class Left, class Right>
  requires(detail::ours<Left> && detail::what_is<Left> != detail::what::layer && detail::what_is<Left> != detail::what::invalid)
constexpr auto operator|(const Left&, const Right&) {
  if constexpr (requires { Left::begins_a_layer; }) {
    return detail::refuse<detail::mistake::layer_brackets, Left, Right>();
  } else if constexpr (detail::expression<Left>) {
    return detail::refuse<detail::mistake::pipe_in_formula, Left, Right>();
  } else {
    return detail::refuse<detail::mistake::pipe_without_layer, Left, Right>();
  }
}
// clang-format on

}  // namespace normfold
