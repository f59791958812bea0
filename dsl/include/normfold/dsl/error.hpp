// Every sentence that a mistake in a layer can earn. One mistake gives one sentence and the value `invalid`, which
// swallows the rest of the pipe. To add a mistake: one row of NORMFOLD_MISTAKES and one file in tests/dsl/mistakes.
#pragma once

#include "term.hpp"

namespace normfold {
namespace detail {

// A table and not a function, since the text of a static_assert must be a literal.
#define NORMFOLD_MISTAKES(row)                                                                                        \
  row(layer_name, "a layer's name is a C identifier, letters first and single underscores, as in layer<\"my_norm\">") \
  row(layer_keyword, "a layer's name must not be a keyword of C or C++ or a name of the C library, choose another")   \
  row(layer_axes, "name the axes of the layer, innermost last, as in layer<\"my_norm\">(N, C, H, W)")                 \
  row(layer_takes_axes, "a layer takes axes such as N, or C(4096) where the extent is fixed")                         \
  row(layer_split, "a layer names whole axes, write C there and over(C / G) in the pipe")                             \
  row(layer_brackets, "name the axes before the first word, as in layer<\"my_norm\">(N, C) | over(C)")                \
  row(layer_in_layer, "a layer cannot be a step of another one, write the words of both in one pipe")                 \
  row(axis_name, "an axis is named by a C identifier that is no keyword and not x, y or context")                     \
  row(axis_repeated, "this layer names an axis twice, each axis stands once in layer<...>(...)")                      \
  row(axis_call, "an axis takes its extent, a whole number, as in C(4096)")                                           \
  row(axis_extent_here, "an extent is fixed where the layer names its axes, as in layer<\"my_norm\">(N, C(4096)), "   \
                        "elsewhere write C")                                                                          \
  row(axis_in_formula, "an axis is not a value, write weight(C) for a parameter or mean(over(C), x) for a statistic") \
  row(axis_as_step, "an axis is no step of the pipe, write over(C) to reduce along it")                               \
  row(split_count, "an axis is split by a named number of groups or a whole number, as in C / G or C / 32")           \
  row(too_many_atoms, "a layer has at most 16 axes, counting a split axis as two, join the axes that go together")    \
  row(over_empty, "over needs the axes to reduce, as in over(H, W)")                                                  \
  row(over_takes_axes, "over takes axes, groups and leading parts, as in over(C), over(C / G, H) or "                 \
                       "over(first(64, C))")                                                                          \
  row(over_unknown, "over names an axis that the layer does not have, write it in layer<...>(...) first")             \
  row(over_repeated, "over names an axis twice, each axis stands there once")                                         \
  row(over_as_value, "over is no value, give it to a reduction as in mean(over(C), x) or to the pipe as in "          \
                     "| over(C)")                                                                                     \
  row(group_is_axis, "the number of groups is an axis of this layer, use a name of its own as in C / G")              \
  row(group_twice, "this name already counts the groups of another axis, give each axis its own")                     \
  row(split_two_ways, "one axis is split in two ways, write the same C / G everywhere in the layer")                  \
  row(first_arguments, "first takes a share or a number of elements, then one axis, as in first(6.25_percent, C) "    \
                       "or first(64, C)")                                                                             \
  row(first_share, "write a share of an axis in percent, as in first(6.25_percent, C)")                               \
  row(first_twice, "only one axis of an over can be taken in part, write one first(...)")                             \
  row(first_of_split, "first takes the leading part of a whole axis or of C / G, and C is split elsewhere, "          \
                      "write first(64, C / G)")                                                                       \
  row(first_brackets, "first belongs in over and needs its brackets, as in over(first(6.25_percent, C))")             \
  row(no_over, "a reduction needs axes, write over(C) before it in the pipe or mean(over(C), x)")                     \
  row(reduction_arguments, "a reduction takes one value, or axes and a value, as in mean(x) or mean(over(C), x)")     \
  row(reduction_axes, "a reduction's own axes stand in over(...), write mean(over(C), x)")                            \
  row(reduction_of_number, "a reduction needs a value that varies, the mean of a number is the number itself")        \
  row(parameter_takes_axes, "a parameter takes the axes along which it varies, as in weight(C), weight(N, C) or "     \
                            "param<\"alpha\">()")                                                                     \
  row(parameter_unknown, "a parameter names an axis that the layer does not have, use the layer's own axes")          \
  row(parameter_split, "a parameter varies along whole axes, write weight(C) and not weight(C / G)")                  \
  row(parameter_repeated, "a parameter names an axis twice, each axis stands there once")                             \
  row(parameter_shapes, "one parameter has two shapes, give the same axes in the same order each time or use "        \
                        "param<\"other\">(C)")                                                                        \
  row(parameter_name, "a parameter's name is a C identifier that is no keyword, and not x, y, context or "            \
                      "running_...")                                                                                  \
  row(parameter_clash, "a parameter has the name of an axis, an operand, an output or a statistic, choose another")   \
  row(parameter_brackets, "a parameter needs its brackets, as in weight(C) or param<\"alpha\">()")                    \
  row(operand_name, "an operand's name is a C identifier that is no keyword, and not x, y, context or running_...")   \
  row(operand_clash, "an operand has the name of an axis, a parameter, an output or a statistic, choose another")     \
  row(operand_arguments, "an operand has the layer's own axes, write operand<\"residual\"> without brackets")         \
  row(output_name, "an output's name is a C identifier that is no keyword, and not x, y, context or running_...")     \
  row(output_twice, "two outputs have one name, give each its own, as in output<\"sum\">")                            \
  row(output_clash, "an output has the name of an axis, a parameter, an operand or a statistic, choose another")      \
  row(output_arguments, "output<\"sum\"> takes nothing in brackets, it names the value that reaches it")              \
  row(output_as_value, "output<\"sum\"> is a step of the pipe and no value, write named<\"...\">(e) in a formula")    \
  row(named_name, "a statistic's name is a C identifier that is no keyword, and not x, y, context or running_...")    \
  row(named_clash, "a statistic has the name of an axis, a parameter, an operand or an output, choose another")       \
  row(named_brackets, "named needs the statistic in brackets, as in named<\"mean\">(mean(x))")                        \
  row(named_no_statistic, "named names a statistic, which contains a reduction such as mean(x)")                      \
  row(named_full, "this named value varies along every axis, write output<\"...\"> in the pipe to have it written")   \
  row(running_brackets, "say how the statistics follow the batch, as in running(momentum = 0.1), "                    \
                        "running(keep = 0.9) or running(average)")                                                    \
  row(running_options, "running takes momentum = 0.1, keep = 0.9 or average, and then biased if you like")            \
  row(running_twice, "running stands twice in this layer, keep one")                                                  \
  row(running_nothing, "running has no statistic to keep, write center, scale or named<\"mean\">(mean(x)) in the pipe") \
  row(running_unnamed, "running keeps a reduction by its name, write named<\"mean\">(mean(x)) right around it")       \
  row(running_as_value, "running is a step of the pipe and no value, write | running(momentum = 0.1)")                \
  row(eps_value, "eps takes a number, as in scale(eps = 1e-6) or scale(eps = outside(1e-6))")                         \
  row(scale_arguments, "scale takes its eps by name, as in scale(eps = 1e-6), or nothing")                            \
  row(axes_word_arguments, "affine and gain take the axes of their parameters, as in affine(C), or gain takes a "     \
                           "value as in gain(1 + weight(C))")                                                         \
  row(value_word_arguments, "this word takes one value or number in its brackets, as in add(operand<\"r\">) or "      \
                            "at_least(param<\"tau\">(C))")                                                            \
  row(plain_word_arguments, "this word takes nothing in its brackets, write it alone as in | center")                 \
  row(affine_brackets, "affine and gain need the axes of their parameters, as in affine(C)")                          \
  row(add_brackets, "add and at_least need a value, as in add(operand<\"r\">) or at_least(0)")                        \
  row(over_brackets, "over needs the axes to reduce in brackets, as in over(H, W)")                                   \
  row(word_in_formula, "a word of the pipe is no value, call it on one as in center(x)")                              \
  row(reduction_brackets, "a reduction or a function needs its value in brackets, as in mean(x) or sq(x)")            \
  row(pipe_in_formula, "a formula has no pipe, call the word on the value as in center(x)")                           \
  row(option_as_step, "an option stands in the brackets of its word, as in scale(eps = 1e-6) or "                     \
                      "running(momentum = 0.1)")                                                                      \
  row(over_unused, "no reduction follows this over in the pipe, leave it out or write center or scale after it")         \
  row(layer_empty, "this layer has no formula, write one as in | over(C) | center | scale")                           \
  row(expression_as_step, "a value is no step, write gain(weight(C)), add(bias(C)) or "                               \
                          "[](auto x) { return x * weight(C); }")                                                     \
  row(unknown_step, "a pipe takes words and formulas, as in over(C), center or [](auto x) { return tanh(x); }")       \
  row(number_as_step, "a number is no step, write add(1.0) or [](auto x) { return 2.0 * x; }")                        \
  row(formula_arguments, "a formula takes the current value alone, write [](auto x) { return ...; }")                 \
  row(formula_result, "a formula returns a value made from x, as in [](auto x) { return x - mean(x); }")              \
  row(formula_comparison, "a comparison is no value, choose with it as in select(x > 0, x, 0.1 * x)")                 \
  row(formula_reduced, "every element needs a value after a step, this formula gives one for many, write "            \
                       "x - mean(x) or the like")                                                                     \
  row(formula_operand, "a formula mixes x, parameters, operands and numbers only, this is none of them")              \
  row(formula_if, "a formula has no if, && or ?:, write select(x > 0, a, b)")                                         \
  row(formula_equal, "a formula compares with <, <=, > and >=, as floating-point values are seldom equal")            \
  row(formula_assign, "a formula has no assignment, write auto u = x * weight(C) and go on with u")                   \
  row(select_condition, "select takes a comparison first, as in select(x > 0, x, 0.1 * x)")                           \
  row(no_pow, "there is no pow, write sq(x), sqrt(x), x * x * x or exp(p * log(x))")                                  \
  row(no_variance, "there is no var or std, write mean(sq(x - mean(x))), or center | scale in the pipe")

enum class mistake : std::uint8_t {
  none,
#define NORMFOLD_ROW(id, sentence) id,
  NORMFOLD_MISTAKES(NORMFOLD_ROW)
#undef NORMFOLD_ROW
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

/// The one error. `Where` holds the types involved, which the compiler prints below the sentence.
template <mistake Found, class... Where>
constexpr invalid complain() {
#define NORMFOLD_ROW(id, sentence) static_assert(Found != mistake::id, "normfold: " sentence);
  NORMFOLD_MISTAKES(NORMFOLD_ROW)
#undef NORMFOLD_ROW
  return {};
}

template <class... Type>
inline constexpr bool any_invalid = ((what_is<Type> == what::invalid) || ...);

template <class Type>
concept expression = what_is<Type> == what::expression || what_is<Type> == what::comparison;

// Bad numbers. Numbers live in values, so the error is a call of one of these, which are defined nowhere.
void eps_must_be_a_number_of_zero_or_more__write_scale_eps_1e_6();
void momentum_must_lie_between_0_and_1__write_running_momentum_0_1();
void keep_must_lie_between_0_and_1__write_running_keep_0_9();
void percent_must_lie_above_0_and_up_to_100__write_first_6_25_percent_C();
void first_must_take_at_least_one_element__write_first_64_C();
void first_takes_more_elements_than_its_axis_has();
void the_number_of_groups_must_be_at_least_1__write_C_over_32();
void the_extent_of_an_axis_must_be_at_least_1__write_C_4096();
void the_axis_is_split_into_two_different_numbers_of_groups__write_the_same_C_over_32_everywhere();
void the_extent_of_the_axis_is_not_a_multiple_of_its_number_of_groups();

}  // namespace detail
}  // namespace normfold
