// What is true of the language's types. The C library's names are in sight, as they are for a user.
#include <doctest/doctest.h>
#include <math.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <normfold/dsl.hpp>

using namespace std;  // NOLINT: a user may, and no name of the language may then be ambiguous
using namespace normfold;
using namespace normfold::axes;

namespace {

constexpr x_ x{};

/// Two values with the same structure.
template <class A, class B>
constexpr bool same(const A&, const B&) {
  return is_same_v<A, B>;
}
template <class A>
constexpr bool is_value(const A&) {
  return detail::what_is<A> == detail::what::expression;
}

// Every word is a formula: called on a value it is that formula.
static_assert(same(scale(x), x* detail::quietly<"rstd">(rsqrt(detail::kept_as<"var">(mean(sq(x))) + 1e-5))));
static_assert(same(center(x), x - detail::quietly<"mean">(mean(x))));
static_assert(same(scale(eps = 1e-6)(x), scale(x)));
static_assert(same(scale()(x), scale(x)));
static_assert(same(gain(C)(x), x* weight(C)));
static_assert(same(gain(1 + weight(C))(x), x*(1 + weight(C))));
static_assert(same(gain(2.0)(x), x * 2.0));
static_assert(same(gain()(x), x* weight()));
static_assert(same(affine(C)(x), x* weight(C) + bias(C)));
static_assert(same(affine(C, H, W)(x), x* weight(C, H, W) + bias(C, H, W)));
static_assert(same(at_least(param<"tau">(C))(x), max(x, param<"tau">(C))));
static_assert(same(at_least(0)(x), max(x, 0)));
static_assert(same(add(operand<"r">)(x), x + operand<"r">));
static_assert(same(silu(x), x* sigmoid(x)));
static_assert(same(weight(C), param<"weight">(C)));
static_assert(same(bias(N, C), param<"bias">(N, C)));
static_assert(is_value(rounded(x)) && is_value(rounded()(x)));

// Numbers mix with values on both sides, whatever their type.
static_assert(same(2.0 * x, 2 * x) && same(2.0f * x, 2u * x) && same(x - 1, x - 1.0) && same(1 / x, 1.0 / x));
static_assert(same(x > 0, 0 < x) && same(x >= 0, 0 <= x) && !same(x > 0, x < 0) && !same(x > 0, x >= 0));

// Structure lives in types: another operator, axis, name or place is another type, another number is not.
static_assert(!same(x + 1, x - 1) && !same(x + 1, 1 + x) && same(x + 1, x + 2));
static_assert(!same(weight(C), weight(N)) && !same(weight(C), bias(C)) && !same(weight(C), weight()));
static_assert(!same(mean(x), sum(x)) && !same(mean(x), mean(over(C), x)) && !same(max(x), min(x)));
static_assert(!same(over(C), over(C / G)) && same(over(C / 32), over(C / 16)) && !same(over(C / G), over(C / 32)));
static_assert(same(over(first(64, C)), over(first(50_percent, C))) && !same(over(first(64, C)), over(C)));

// Reductions and functions of two arguments are told apart by what stands first.
static_assert(same(max(over(C), x), max(over(C), x)) && !same(max(over(C), x), max(x, x)));
static_assert(is_value(max(x, x)) && is_value(min(x, 0.5)) && is_value(max(2, x)) && is_value(min(over(H, W), x)));

// The C library's functions still work on numbers, and ours on values.
static_assert(is_same_v<decltype(exp(1.0)), double> && is_same_v<decltype(std::max(1, 2)), const int&>);
static_assert(is_value(exp(x)) && is_value(log(x)) && is_value(sqrt(x)) && is_value(tanh(x)) && is_value(erf(x)) &&
              is_value(abs(x)) && is_value(round(x)) && is_value(select(x > 0, x, 1)) && is_value(sigmoid(x)) &&
              is_value(sq(x)) && is_value(rsqrt(x)) && is_value(-x) && is_value(absmax(x)));

// A value without numbers takes no room that counts, and every value is known at compile time.
static_assert(is_empty_v<x_> && is_empty_v<decltype(weight(C))> && is_empty_v<decltype(over(C).parts)> &&
              is_trivially_copyable_v<decltype(scale(x))>);

// The flat form: children before their head, sizes of subtrees.
constexpr auto flat = detail::flatten(x * weight(C) + bias(C));
static_assert(flat.size() == 7);
static_assert(flat[0].is == detail::kind::current && flat[1].is == detail::kind::axis &&
              flat[2].is == detail::kind::parameter && flat[3].text == "mul" && flat[6].text == "add");
static_assert(flat[6].size == 7 && flat[6].children == 2 && flat[2].size == 2);
constexpr detail::flat_view tree{flat.data(), 7};
static_assert(tree.child(0).head().text == "mul" && tree.child(1).head().text == "bias");
static_assert(tree.child(0).child(0).head().is == detail::kind::current && tree.child(1).size == 2);
constexpr auto numbers = detail::flatten(scale(eps = 0.25));
static_assert(numbers[0].value == 0.25 && numbers[0].text == "eps" && numbers[1].text == "scale");

// A layer's type holds its steps, its value their numbers.
constexpr auto rms = layer<"rms">(T, C) | over(C) | scale(eps = 1e-6) | gain(C);
static_assert(same(rms, layer<"rms">(T, C) | over(C) | scale(eps = 1e-3) | gain(C)));
static_assert(!same(rms, layer<"other">(T, C) | over(C) | scale(eps = 1e-6) | gain(C)));
static_assert(!same(rms, layer<"rms">(T, C) | over(C) | scale | gain(C)));
static_assert(sizeof(rms) <= 64);

// A lambda and a word with the same formula are the same step but for the word.
template <class Word, class Value>
using second_step = layer_<head_of_<"l", T_, C_>, step_<Word, Value>>;
constexpr auto by_word = layer<"l">(T, C) | gain(C);
constexpr auto by_hand = layer<"l">(T, C) | [](auto u) { return u * weight(C); };
static_assert(same(by_word, second_step<decltype(gain(C)), decltype(x * weight(C))>{}));
static_assert(same(by_hand, second_step<lambda_, decltype(x * weight(C))>{}));

// A mistake is swallowed: nothing after it counts, nor is it told again.
constexpr invalid wrong{};
static_assert(same(wrong | over(C) | center, wrong) && same(wrong | affine, wrong) && same(wrong | 3, wrong));
static_assert(same(x + wrong, wrong) && same(wrong * 2, wrong) && same(mean(wrong), wrong) && same(exp(wrong), wrong));
static_assert(same(max(wrong, x), wrong) && same(select(wrong, x, x), wrong) && same(over(wrong), wrong));
static_assert(same(weight(wrong), wrong) && same(gain(wrong), wrong) && same(add(wrong), wrong));
static_assert(same(scale(wrong), wrong) && same(center(wrong), wrong) && same(wrong(x), wrong) && same(-wrong, wrong));
static_assert(same(layer<"l">(T, C) | wrong, wrong) && same(layer<"l">(wrong), wrong) && same(running(wrong), wrong));
static_assert(same(
                  layer<"l">(T, C) | [](auto) { return wrong; }, wrong) &&
              same(named<"m">(wrong), wrong));
static_assert(same(first(wrong, C), wrong) && same(C / wrong, wrong) && same(wrong == x, wrong));

TEST_CASE("the language compiles beside the C library") { CHECK(sizeof(rms) > 0); }

}  // namespace
