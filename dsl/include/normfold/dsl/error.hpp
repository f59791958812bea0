// Every sentence that a mistake in a layer can earn. One mistake gives one sentence and the value `invalid`, which
// swallows the rest of the pipe. To add a mistake: its name, its sentence in `complain`, its file in
// tests/dsl/mistakes.
#pragma once

#include <stdexcept>
#include <string>

#include "term.hpp"

namespace normfold {
namespace detail {

enum class mistake {
  none,
  layer_name,
  layer_keyword,
  layer_axes,
  layer_takes_axes,
  layer_split,
  layer_brackets,
  layer_in_layer,
  axis_name,
  axis_repeated,
  axis_call,
  axis_extent_here,
  axis_in_formula,
  axis_as_step,
  split_count,
  too_many_atoms,
  over_empty,
  over_takes_axes,
  over_unknown,
  over_repeated,
  over_as_value,
  group_is_axis,
  group_twice,
  split_two_ways,
  first_arguments,
  first_share,
  first_twice,
  first_of_split,
  first_brackets,
  no_over,
  reduction_arguments,
  reduction_axes,
  reduction_of_number,
  parameter_takes_axes,
  parameter_unknown,
  parameter_split,
  parameter_repeated,
  parameter_shapes,
  parameter_name,
  parameter_clash,
  parameter_brackets,
  operand_name,
  operand_clash,
  operand_arguments,
  output_name,
  output_twice,
  output_clash,
  output_arguments,
  output_as_value,
  named_name,
  named_clash,
  named_brackets,
  named_no_statistic,
  named_full,
  running_brackets,
  running_options,
  running_twice,
  running_nothing,
  running_unnamed,
  running_as_value,
  eps_value,
  scale_arguments,
  axes_word_arguments,
  value_word_arguments,
  plain_word_arguments,
  affine_brackets,
  add_brackets,
  over_brackets,
  word_in_formula,
  reduction_brackets,
  pipe_in_formula,
  pipe_without_layer,
  not_a_layer,
  option_as_step,
  over_unused,
  layer_empty,
  expression_as_step,
  unknown_step,
  number_as_step,
  formula_arguments,
  formula_result,
  formula_long,
  formula_comparison,
  formula_reduced,
  formula_operand,
  formula_if,
  formula_equal,
  formula_assign,
  select_condition,
  no_pow,
  no_variance
};

}  // namespace detail

/// What a mistake leaves behind: it takes part everywhere and says nothing more.
struct invalid {
  static constexpr detail::what normfold_is = detail::what::invalid;
  template <class... Any>
  constexpr invalid operator()(const Any&...) const {
    return {};
  }
};

namespace detail {

/// The one error. `Where` holds the types involved, which the compiler prints beside the sentence.
template <mistake Found, class... Where>
constexpr invalid complain() {
  using enum mistake;
  static_assert(
      Found != layer_name,
      "normfold: a layer's name is a C identifier, letters first and single underscores, as in layer<\"my_norm\">");
  static_assert(
      Found != layer_keyword,
      "normfold: a layer's name must not be a keyword of C or C++ or a name of the C library, choose another");
  static_assert(Found != layer_axes,
                "normfold: name the axes of the layer, innermost last, as in layer<\"my_norm\">(N, C, H, W)");
  static_assert(Found != layer_takes_axes,
                "normfold: a layer takes axes such as N, or C(4096) where the extent is fixed");
  static_assert(Found != layer_split, "normfold: a layer names whole axes, write C there and over(C / G) in the pipe");
  static_assert(Found != layer_brackets,
                "normfold: name the axes before the first word, as in layer<\"my_norm\">(N, C) | over(C)");
  static_assert(Found != layer_in_layer,
                "normfold: a layer cannot be a step of another one, write the words of both in one pipe");
  static_assert(Found != axis_name,
                "normfold: an axis is named by a C identifier that is no keyword and not x, y or context");
  static_assert(Found != axis_repeated,
                "normfold: this layer names an axis twice, each axis stands once in layer<...>(...)");
  static_assert(Found != axis_call, "normfold: an axis takes its extent, a whole number, as in C(4096)");
  static_assert(Found != axis_extent_here,
                "normfold: an extent is fixed where the layer names its axes, as in layer<\"my_norm\">(N, C(4096)), "
                "elsewhere write C");
  static_assert(
      Found != axis_in_formula,
      "normfold: an axis is not a value, write weight(C) for a parameter or mean(over(C), x) for a statistic");
  static_assert(Found != axis_as_step, "normfold: an axis is no step of the pipe, write over(C) to reduce along it");
  static_assert(Found != split_count,
                "normfold: an axis is split by a named number of groups or a whole number, as in C / G or C / 32");
  static_assert(Found != too_many_atoms,
                "normfold: a layer has at most 16 axes, counting a split axis as two, join the axes that go together");
  static_assert(Found != over_empty, "normfold: over needs the axes to reduce, as in over(H, W)");
  static_assert(
      Found != over_takes_axes,
      "normfold: over takes axes, groups and leading parts, as in over(C), over(C / G, H) or over(first(64, C))");
  static_assert(Found != over_unknown,
                "normfold: over names an axis that the layer does not have, write it in layer<...>(...) first");
  static_assert(Found != over_repeated, "normfold: over names an axis twice, each axis stands there once");
  static_assert(
      Found != over_as_value,
      "normfold: over is no value, give it to a reduction as in mean(over(C), x) or to the pipe as in | over(C)");
  static_assert(Found != group_is_axis,
                "normfold: the number of groups is an axis of this layer, use a name of its own as in C / G");
  static_assert(Found != group_twice,
                "normfold: this name already counts the groups of another axis, give each axis its own");
  static_assert(Found != split_two_ways,
                "normfold: one axis is split in two ways, write the same C / G everywhere in the layer");
  static_assert(Found != first_arguments,
                "normfold: first takes a share or a number of elements, then one axis, as in first(6.25_percent, C) or "
                "first(64, C)");
  static_assert(Found != first_share, "normfold: write a share of an axis in percent, as in first(6.25_percent, C)");
  static_assert(Found != first_twice, "normfold: only one axis of an over can be taken in part, write one first(...)");
  static_assert(Found != first_of_split,
                "normfold: first takes the leading part of a whole axis or of C / G, and C is split elsewhere, write "
                "first(64, C / G)");
  static_assert(Found != first_brackets,
                "normfold: first belongs in over and needs its brackets, as in over(first(6.25_percent, C))");
  static_assert(Found != no_over,
                "normfold: a reduction needs axes, write over(C) before it in the pipe or mean(over(C), x)");
  static_assert(Found != reduction_arguments,
                "normfold: a reduction takes one value, or axes and a value, as in mean(x) or mean(over(C), x)");
  static_assert(Found != reduction_axes, "normfold: a reduction's own axes stand in over(...), write mean(over(C), x)");
  static_assert(Found != reduction_of_number,
                "normfold: a reduction needs a value that varies, the mean of a number is the number itself");
  static_assert(Found != parameter_takes_axes,
                "normfold: a parameter takes the axes along which it varies, as in weight(C), weight(N, C) or "
                "param<\"alpha\">()");
  static_assert(Found != parameter_unknown,
                "normfold: a parameter names an axis that the layer does not have, use the layer's own axes");
  static_assert(Found != parameter_split,
                "normfold: a parameter varies along whole axes, write weight(C) and not weight(C / G)");
  static_assert(Found != parameter_repeated, "normfold: a parameter names an axis twice, each axis stands there once");
  static_assert(Found != parameter_shapes,
                "normfold: one parameter has two shapes, give the same axes in the same order each time or use "
                "param<\"other\">(C)");
  static_assert(
      Found != parameter_name,
      "normfold: a parameter's name is a C identifier that is no keyword, and not x, y, context or running_...");
  static_assert(Found != parameter_clash,
                "normfold: a parameter has the name of an axis, an operand, an output or a statistic, choose another");
  static_assert(Found != parameter_brackets,
                "normfold: a parameter needs its brackets, as in weight(C) or param<\"alpha\">()");
  static_assert(
      Found != operand_name,
      "normfold: an operand's name is a C identifier that is no keyword, and not x, y, context or running_...");
  static_assert(Found != operand_clash,
                "normfold: an operand has the name of an axis, a parameter, an output or a statistic, choose another");
  static_assert(Found != operand_arguments,
                "normfold: an operand has the layer's own axes, write operand<\"residual\"> without brackets");
  static_assert(
      Found != output_name,
      "normfold: an output's name is a C identifier that is no keyword, and not x, y, context or running_...");
  static_assert(Found != output_twice, "normfold: two outputs have one name, give each its own, as in output<\"sum\">");
  static_assert(Found != output_clash,
                "normfold: an output has the name of an axis, a parameter, an operand or a statistic, choose another");
  static_assert(Found != output_arguments,
                "normfold: output<\"sum\"> takes nothing in brackets, it names the value that reaches it");
  static_assert(Found != output_as_value,
                "normfold: output<\"sum\"> is a step of the pipe and no value, write named<\"...\">(e) in a formula");
  static_assert(
      Found != named_name,
      "normfold: a statistic's name is a C identifier that is no keyword, and not x, y, context or running_...");
  static_assert(Found != named_clash,
                "normfold: a statistic has the name of an axis, a parameter, an operand or an output, choose another");
  static_assert(Found != named_brackets,
                "normfold: named needs the statistic in brackets, as in named<\"mean\">(mean(x))");
  static_assert(Found != named_no_statistic,
                "normfold: named names a statistic, which contains a reduction such as mean(x)");
  static_assert(
      Found != named_full,
      "normfold: this named value varies along every axis, write output<\"...\"> in the pipe to have it written");
  static_assert(Found != running_brackets,
                "normfold: say how the statistics follow the batch, as in running(momentum = 0.1), running(keep = 0.9) "
                "or running(average)");
  static_assert(Found != running_options,
                "normfold: running takes momentum = 0.1, keep = 0.9 or average, and then biased if you like");
  static_assert(Found != running_twice, "normfold: running stands twice in this layer, keep one");
  static_assert(
      Found != running_nothing,
      "normfold: running has no statistic to keep, write center, scale or named<\"mean\">(mean(x)) in the pipe");
  static_assert(Found != running_unnamed,
                "normfold: running keeps a reduction by its name, write named<\"mean\">(mean(x)) right around it");
  static_assert(Found != running_as_value,
                "normfold: running is a step of the pipe and no value, write | running(momentum = 0.1)");
  static_assert(Found != eps_value,
                "normfold: eps takes a number, as in scale(eps = 1e-6) or scale(eps = outside(1e-6))");
  static_assert(Found != scale_arguments, "normfold: scale takes its eps by name, as in scale(eps = 1e-6), or nothing");
  static_assert(Found != axes_word_arguments,
                "normfold: affine and gain take the axes of their parameters, as in affine(C), or gain takes a value "
                "as in gain(1 + weight(C))");
  static_assert(Found != value_word_arguments,
                "normfold: this word takes one value or number in its brackets, as in add(operand<\"r\">) or "
                "at_least(param<\"tau\">(C))");
  static_assert(Found != plain_word_arguments,
                "normfold: this word takes nothing in its brackets, write it alone as in | center");
  static_assert(Found != affine_brackets,
                "normfold: affine and gain need the axes of their parameters, as in affine(C)");
  static_assert(Found != add_brackets,
                "normfold: add and at_least need a value, as in add(operand<\"r\">) or at_least(0)");
  static_assert(Found != over_brackets, "normfold: over needs the axes to reduce in brackets, as in over(H, W)");
  static_assert(Found != word_in_formula, "normfold: a word of the pipe is no value, call it on one as in center(x)");
  static_assert(Found != reduction_brackets,
                "normfold: a reduction or a function needs its value in brackets, as in mean(x) or sq(x)");
  static_assert(Found != pipe_in_formula,
                "normfold: a formula has no pipe, call the word on the value as in center(x)");
  static_assert(Found != pipe_without_layer,
                "normfold: a pipe begins with a layer, as in layer<\"my_norm\">(T, C) | over(C) | center");
  static_assert(Found != not_a_layer,
                "normfold: this is no layer, give layers such as layer<\"my_norm\">(T, C) | over(C) | center");
  static_assert(
      Found != option_as_step,
      "normfold: an option stands in the brackets of its word, as in scale(eps = 1e-6) or running(momentum = 0.1)");
  static_assert(Found != over_unused,
                "normfold: no reduction follows this over in the pipe, leave it out or write center or scale after it");
  static_assert(Found != layer_empty,
                "normfold: this layer has no formula, write one as in | over(C) | center | scale");
  static_assert(
      Found != expression_as_step,
      "normfold: a value is no step, write gain(weight(C)), add(bias(C)) or a lambda that returns x * weight(C)");
  static_assert(Found != unknown_step,
                "normfold: a pipe takes words and formulas, as in over(C), center or a lambda that returns tanh(x)");
  static_assert(Found != number_as_step,
                "normfold: a number is no step, write add(1.0), gain(2.0) or a lambda that returns 2.0 * x");
  static_assert(
      Found != formula_arguments,
      "normfold: a formula takes the current value alone and of any type, as a lambda that begins [](auto x)");
  static_assert(Found != formula_result, "normfold: a formula returns a value made from x, such as x - mean(x)");
  static_assert(Found != formula_long,
                "normfold: a formula has at most 500 values and ops, write it as several steps of the pipe");
  static_assert(Found != formula_comparison,
                "normfold: a comparison is no value, choose with it as in select(x > 0, x, 0.1 * x)");
  static_assert(Found != formula_reduced,
                "normfold: every element needs a value after a step, this formula gives one for many, write x - "
                "mean(x) or the like");
  static_assert(Found != formula_operand,
                "normfold: a formula mixes x, parameters, operands and numbers only, this is none of them");
  static_assert(Found != formula_if, "normfold: a formula has no if, && or ?:, write select(x > 0, a, b)");
  static_assert(Found != formula_equal,
                "normfold: a formula compares with <, <=, > and >=, as floating-point values are seldom equal");
  static_assert(Found != formula_assign,
                "normfold: a formula has no assignment, write auto u = x * weight(C) and go on with u");
  static_assert(Found != select_condition,
                "normfold: select takes a comparison first, as in select(x > 0, x, 0.1 * x)");
  static_assert(Found != no_pow, "normfold: there is no pow, write sq(x), sqrt(x), x * x * x or exp(p * log(x))");
  static_assert(Found != no_variance,
                "normfold: there is no var or std, write mean(sq(x - mean(x))), or center | scale in the pipe");
  return {};
}

template <class... Type>
inline constexpr bool any_invalid = ((what_is<Type> == what::invalid) || ...);

template <class Type>
concept expression = (what_is<Type> == what::expression || what_is<Type> == what::comparison);

template <class Type>
concept arithmetic = (what_is<Type> == what::number);

template <class Type>
concept plain_value = (what_is<Type> == what::expression || what_is<Type> == what::number);

/// The same for a thing that no one should write, silent after an earlier mistake.
template <mistake Found, class... Where>
constexpr invalid refuse() {
  if constexpr (!any_invalid<Where...>) complain<Found, Where...>();
  return {};
}

[[noreturn]] inline void number_is_wrong(const char* which) {
  throw std::invalid_argument("normfold: " + std::string(which));
}

}  // namespace detail

// Bad numbers. Numbers live in values, so the error is a call of one of these, which the compiler refuses in a
// constexpr layer, printing its name. In a layer that is no constexpr variable the name stops the program that
// generates.
// clang-format off
[[noreturn]] inline void eps_must_be_a_number_of_zero_or_more__write_scale_eps_1e_6() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void momentum_must_lie_between_0_and_1__write_running_momentum_0_1() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void keep_must_lie_between_0_and_1__write_running_keep_0_9() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void percent_must_lie_above_0_and_up_to_100__write_first_6_25_percent_C() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void first_must_take_at_least_one_element__write_first_64_C() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void first_takes_more_elements_than_its_axis_has() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void the_number_of_groups_must_be_at_least_1__write_C_over_32() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void the_extent_of_an_axis_must_be_at_least_1__write_C_4096() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void the_axis_is_split_into_two_different_numbers_of_groups__write_the_same_C_over_32_everywhere() { detail::number_is_wrong(__func__); }
[[noreturn]] inline void the_extent_of_the_axis_is_not_a_multiple_of_its_number_of_groups() { detail::number_is_wrong(__func__); }
// clang-format on

}  // namespace normfold
