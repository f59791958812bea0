// The pipe: layer<"name">(axes...) | step | step. Each `|` appends one step and checks it against the layer so far.
// Kinds of steps are words (stage.hpp), lambdas, `over`, `output` and `running`; a new word needs nothing here.
#pragma once

#include "check.hpp"
#include "running.hpp"

namespace normfold {

/// A formula applied to x, with the word that made it.
template <class Word, class Value>
struct step_ {
  static constexpr int terms = Word::terms + Value::terms + 1;
  Word word{};
  Value value{};
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    value.write(out);
    word.write(out);
    detail::close(out, begin, {.is = detail::kind::step, .children = 2});
  }
};

/// In place of a lambda, whose formula is all that matters.
struct lambda_ : word<""> {};

/// The head of a layer: layer<"name">(N, C).
template <fixed_string Name, class... Axes>
struct head_of_ {
  static constexpr int terms = (1 + ... + Axes::terms);
  hana::basic_tuple<Axes...> axes{};
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    hana::unpack(axes, [&out](const auto&... axis) { (axis.write(out), ...); });
    detail::close(out, begin, {.is = detail::kind::layer, .text = Name.view(), .children = sizeof...(Axes)});
  }
};

template <class... Steps>
struct layer_ {
  static constexpr auto normfold_is = detail::what::layer;
  hana::basic_tuple<Steps...> steps{};
};

namespace detail {

template <class... Steps>
inline constexpr std::array<flat_view, sizeof...(Steps)> structure_views{structure_view<Steps>...};
template <class... Steps>
inline constexpr flat_layer structure_layer{structure_views<Steps...>.data(), sizeof...(Steps)};
template <class... Steps>
inline constexpr mistake mistake_in_last = check_last(structure_layer<Steps...>);

template <class... Steps>
inline constexpr mistake mistake_in_whole = check_finished(structure_layer<Steps...>);

/// Numbers stand in values, so the flat form is made once more with them. False where no number can be wrong.
constexpr bool has_numbers(const flat_layer& layer) {
  for (const flat_view& step : layer) {
    for (const term& each : step) {
      if (each.is == kind::first || (each.is == kind::split && each.group.empty())) return true;
    }
  }
  return false;
}

template <class... Steps>
constexpr layer_<Steps...> checked(const Steps&... steps) {
  if constexpr (has_numbers(structure_layer<Steps...>)) {
    [](const auto&... lists) {
      const flat_view views[] = {flat_view{lists.data(), static_cast<int>(lists.size())}...};
      tell(check_numbers({views, sizeof...(lists)}));
    }(flatten(steps)...);
  }
  return {tuple_of(steps...)};
}

/// The layer with one step more, or the mistake that this step makes.
template <class... Steps, class Step>
constexpr auto append(const layer_<Steps...>& layer, const Step& step) {
  constexpr mistake found = mistake_in_last<Steps..., Step>;
  if constexpr (found != mistake::none) {
    return complain<found, layer_<Steps...>, Step>();
  } else {
    return hana::unpack(layer.steps, [&step](const Steps&... steps) { return checked(steps..., step); });
  }
}

template <class Type>
concept pipe_so_far = (what_is<Type> == what::layer || what_is<Type> == what::invalid);

/// The mistake in using a thing of this sort as a step; none where it may be a formula.
template <class Step>
consteval mistake mistake_as_step() {
  if constexpr (requires { Step::without_brackets; }) {
    return Step::without_brackets;
  } else {
    switch (what_is<Step>) {
      case what::axis:
      case what::sized_axis:
      case what::split: return mistake::axis_as_step;
      case what::first: return mistake::first_brackets;
      case what::expression:
      case what::comparison: return mistake::expression_as_step;
      case what::layer: return mistake::layer_in_layer;
      case what::option: return mistake::option_as_step;
      case what::number:
      case what::percent: return mistake::number_as_step;
      default: return mistake::none;
    }
  }
}

/// A value that is used twice in a formula is written out twice, so that steps that double grow fast.
inline constexpr int most_terms = 500;

/// The value that a formula makes of x.
template <class Layer, class Word, class Value>
constexpr auto append_formula(const Layer& layer, const Word& word, const Value& value) {
  if constexpr (any_invalid<Value>) {
    return invalid{};
  } else if constexpr (what_is<Value> == what::comparison) {
    return complain<mistake::formula_comparison, Layer, Value>();
  } else if constexpr (what_is<Value> != what::expression) {
    return complain<mistake::formula_result, Layer, Value>();
  } else if constexpr (Value::terms > most_terms) {
    return complain<mistake::formula_long, Layer>();
  } else if constexpr (what_is<Word> == what::word) {
    return append(layer, step_<Word, Value>{word, value});
  } else {
    return append(layer, step_<lambda_, Value>{{}, value});
  }
}

template <class Layer, class Step>
constexpr auto pipe(const Layer& layer, const Step& step) {
  constexpr mistake found = mistake_as_step<Step>();
  if constexpr (any_invalid<Layer, Step>) {
    return invalid{};
  } else if constexpr (found != mistake::none) {
    return complain<found, Layer, Step>();
  } else if constexpr (what_is<Step> == what::over || what_is<Step> == what::step) {
    return append(layer, step);
  } else if constexpr (!requires { step(x_{}); }) {
    constexpr bool is_callable = requires { &Step::operator(); }
    || requires { step(x_{}, x_{}); };
    return complain < is_callable ? mistake::formula_arguments : mistake::unknown_step, Layer, Step > ();
  } else if constexpr (std::is_void_v<decltype(step(x_{}))>) {
    return complain<mistake::formula_result, Layer, Step>();
  } else {
    return append_formula(layer, step, step(x_{}));
  }
}

}  // namespace detail

template <detail::pipe_so_far Layer, class Step>
constexpr auto operator|(const Layer& layer, const Step& step) {
  return detail::pipe(layer, step);
}

template <fixed_string Name>
struct layer_word_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr auto without_brackets = detail::mistake::layer_brackets;
  static constexpr bool begins_a_layer = true;

  template <class... Axes>
  constexpr auto operator()(const Axes&... axes) const {
    using detail::what, detail::what_is, detail::complain, detail::mistake;
    if constexpr (detail::any_invalid<Axes...>) {
      return invalid{};
    } else if constexpr (sizeof...(Axes) == 0) {
      return complain<mistake::layer_axes, layer_word_>();
    } else if constexpr (((what_is<Axes> == what::split) || ...)) {
      return complain<mistake::layer_split, layer_word_, Axes...>();
    } else if constexpr (!((what_is<Axes> == what::axis || what_is<Axes> == what::sized_axis) && ...)) {
      return complain<mistake::layer_takes_axes, layer_word_, Axes...>();
    } else {
      using head = head_of_<Name, Axes...>;
      constexpr mistake found = detail::mistake_in_last<head>;
      if constexpr (found != mistake::none) {
        return complain<found, head>();
      } else {
        return layer_<head>{detail::tuple_of(head{detail::tuple_of(axes...)})};
      }
    }
  }
};
/// layer<"layer_norm">(N, T, C): the axes are the memory order, innermost last.
template <fixed_string Name>
inline constexpr layer_word_<Name> layer{};

}  // namespace normfold
