// The words of a pipe. Every word is a formula: a function object that maps the current value to a value.
// To add a word, write its three lines under "Words": a struct with `formula`, its name, its object.
#pragma once

#include "not_ops.hpp"

namespace normfold {

// Parameters ---------------------------------------------------------------------------------------------------------

template <fixed_string Name>
struct parameter_word_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr auto without_brackets = detail::mistake::parameter_brackets;

  template <class... Axes>
  constexpr auto operator()(const Axes&...) const {
    using detail::what, detail::what_is, detail::complain, detail::mistake;
    if constexpr (detail::any_invalid<Axes...>) {
      return invalid{};
    } else if constexpr (((what_is<Axes> == what::sized_axis) || ...)) {
      return complain<mistake::axis_extent_here, Axes...>();
    } else if constexpr (((what_is<Axes> == what::split) || ...)) {
      return complain<mistake::parameter_split, Axes...>();
    } else if constexpr (((what_is<Axes> == what::axis) && ...)) {
      return parameter_<Name, Axes...>{};
    } else {
      return complain<mistake::parameter_takes_axes, Axes...>();
    }
  }
};
/// A parameter of your own: param<"alpha">(), param<"tau">(C).
template <fixed_string Name>
inline constexpr parameter_word_<Name> param{};
inline constexpr parameter_word_<"weight"> weight{};
inline constexpr parameter_word_<"bias"> bias{};

// Statistics ---------------------------------------------------------------------------------------------------------

namespace detail {

template <fixed_string Name, kind Kind, bool Quiet, class... Value>
constexpr auto name_value(const Value&... value) {
  if constexpr (any_invalid<Value...>) {
    return invalid{};
  } else if constexpr (sizeof...(Value) != 1) {
    return complain<mistake::named_brackets, Value...>();
  } else if constexpr (constexpr mistake found = first_mistake_as_value<Value...>(); found != mistake::none) {
    return complain<found, Value...>();
  } else if constexpr (((what_is<Value> == what::number) || ...)) {
    return complain<mistake::named_no_statistic, Value...>();
  } else {
    return named_value_<Name, Kind, Quiet, Value...>{value...};
  }
}

template <fixed_string Name>
constexpr auto quietly(const auto& value) {
  return name_value<Name, kind::name, true>(value);
}
template <fixed_string Name>
constexpr auto kept_as(const auto& value) {
  return name_value<Name, kind::kept, true>(value);
}

}  // namespace detail

template <fixed_string Name>
struct named_word_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr auto without_brackets = detail::mistake::named_brackets;
  template <class... Value>
  constexpr auto operator()(const Value&... value) const {
    return detail::name_value<Name, detail::kind::name, false>(value...);
  }
};
/// named<"dev">(sqrt(mean(sq(x)))): `train` writes this statistic.
template <fixed_string Name>
inline constexpr named_word_<Name> named{};

// Options ------------------------------------------------------------------------------------------------------------

/// A named number in the brackets of a word. `Around` is the word around the number, or empty.
template <fixed_string Name, fixed_string Around = "">
struct option_ {
  static constexpr auto normfold_is = detail::what::option;
  static constexpr int terms = 1;
  double value = 0;
  constexpr void write(detail::term*& out) const {
    *out++ = {.is = detail::kind::option, .text = Name.view(), .group = Around.view(), .value = value};
  }
};
using eps_ = option_<"eps">;
using eps_outside_ = option_<"eps", "outside">;
struct outside_ {
  static constexpr auto normfold_is = detail::what::option;
  double value = 0;
};

constexpr double checked_eps(double value) {
  if (!(value >= 0 && value < 1e300)) eps_must_be_a_number_of_zero_or_more__write_scale_eps_1e_6();
  return value;
}

inline constexpr struct outside_word_ {
  static constexpr auto normfold_is = detail::what::option;
  constexpr auto operator()(const detail::arithmetic auto& value) const {
    return outside_{checked_eps(static_cast<double>(value))};
  }
  template <class... Any>
  constexpr auto operator()(const Any&...) const {
    return detail::refuse<detail::mistake::eps_value, Any...>();
  }
} outside;

/// `eps = 1e-6` names an argument, it assigns nothing.
inline constexpr struct eps_word_ {
  static constexpr auto normfold_is = detail::what::option;
  constexpr auto operator=(const outside_& value) const { return eps_outside_{value.value}; }
  constexpr auto operator=(const detail::arithmetic auto& value) const {
    return eps_{checked_eps(static_cast<double>(value))};
  }
  template <class Any>
  constexpr auto operator=(const Any&) const {
    return detail::refuse<detail::mistake::eps_value, Any>();
  }
} eps;

// How a word is made -------------------------------------------------------------------------------------------------

/// A word with something in its brackets: still a formula of x.
template <class Word, class... Inside>
struct called_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr int terms = (1 + ... + Inside::terms);
  hana::basic_tuple<Inside...> inside{};
  constexpr auto operator()(const auto& x) const {
    return hana::unpack(inside, [&x](const auto&... each) { return Word::formula(x, each...); });
  }
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    hana::unpack(inside, [&out](const auto&... each) { (each.write(out), ...); });
    detail::close(out, begin,
                  {.is = detail::kind::call, .text = Word::name, .count = 1, .children = sizeof...(Inside)});
  }
};

/// What all words share. `Name` is how describe() prints the word.
template <fixed_string Name>
struct word {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr int terms = 1;
  static constexpr std::string_view name = Name.view();
  constexpr void write(detail::term*& out) const { *out++ = {.is = detail::kind::call, .text = name}; }
};

/// A word that stands alone, with or without empty brackets; called on a value it is its formula.
template <class Self, fixed_string Name, detail::mistake Wrong = detail::mistake::plain_word_arguments>
struct plain_word : word<Name> {
  template <class... Inside>
  constexpr auto operator()(const Inside&... inside) const {
    if constexpr (detail::any_invalid<Inside...>) {
      return invalid{};
    } else if constexpr (sizeof...(Inside) == 1 && (detail::expression<Inside> && ...)) {
      return Self::formula(inside...);
    } else if constexpr (sizeof...(Inside) == 0 || requires { Self::formula(x_{}, inside...); }) {
      return called_<Self, Inside...>{detail::tuple_of(inside...)};
    } else {
      return detail::complain<Wrong, Self, Inside...>();
    }
  }
};

/// A word whose brackets hold the axes of its parameters.
template <class Self, fixed_string Name>
struct axes_word : word<Name> {
  static constexpr auto without_brackets = detail::mistake::affine_brackets;
  template <class... Inside>
  constexpr auto operator()(const Inside&... inside) const {
    if constexpr (detail::any_invalid<Inside...>) {
      return invalid{};
    } else if constexpr (((detail::what_is<Inside> == detail::what::axis) && ...)) {
      return called_<Self, Inside...>{detail::tuple_of(inside...)};
    } else if constexpr (((detail::what_is<Inside> == detail::what::sized_axis) || ...)) {
      return detail::complain<detail::mistake::axis_extent_here, Self, Inside...>();
    } else if constexpr (((detail::what_is<Inside> == detail::what::split) || ...)) {
      return detail::complain<detail::mistake::parameter_split, Self, Inside...>();
    } else {
      return detail::complain<detail::mistake::axes_word_arguments, Self, Inside...>();
    }
  }
};

/// A word whose brackets hold one value.
template <class Self, fixed_string Name>
struct value_word : word<Name> {
  static constexpr auto without_brackets = detail::mistake::add_brackets;
  template <class... Inside>
  constexpr auto operator()(const Inside&... inside) const {
    if constexpr (detail::any_invalid<Inside...>) {
      return invalid{};
    } else if constexpr (sizeof...(Inside) != 1) {
      return detail::complain<detail::mistake::value_word_arguments, Self, Inside...>();
    } else if constexpr (constexpr auto found = detail::first_mistake_as_value<Inside...>();
                         found != detail::mistake::none) {
      return detail::complain<found, Self, Inside...>();
    } else {
      return called_<Self, typename detail::as_value<Inside>::type...>{
          detail::tuple_of(detail::as_value<Inside>::of(inside)...)};
    }
  }
};

// Words --------------------------------------------------------------------------------------------------------------

inline constexpr struct center_ : plain_word<center_, "center"> {
  static constexpr auto formula(const auto& x) { return x - detail::quietly<"mean">(mean(x)); }
} center;

inline constexpr struct scale_ : plain_word<scale_, "scale", detail::mistake::scale_arguments> {
  static constexpr auto formula(const auto& x, eps_ e = {1e-5}) {
    return x * detail::quietly<"rstd">(rsqrt(detail::kept_as<"var">(mean(sq(x))) + e.value));
  }
  static constexpr auto formula(const auto& x, eps_outside_ e) {
    return x * detail::quietly<"rstd">(1 / (sqrt(detail::kept_as<"var">(mean(sq(x)))) + e.value));
  }
} scale;

/// gain(C) is x * weight(C), and gain(e) is x * e.
inline constexpr struct gain_ : axes_word<gain_, "gain"> {
  using axes_word::operator();
  template <detail::plain_value Factor>
  constexpr auto operator()(const Factor& e) const {
    return called_<gain_, typename detail::as_value<Factor>::type>{detail::tuple_of(detail::as_value<Factor>::of(e))};
  }
  static constexpr auto formula(const auto& x, const auto&... axes) { return x * weight(axes...); }
  static constexpr auto formula(const auto& x, const detail::expression auto& e) { return x * e; }
} gain;

inline constexpr struct affine_ : axes_word<affine_, "affine"> {
  static constexpr auto formula(const auto& x, const auto&... axes) { return x * weight(axes...) + bias(axes...); }
} affine;

inline constexpr struct add_ : value_word<add_, "add"> {
  static constexpr auto formula(const auto& x, const auto& e) { return x + e; }
} add;

inline constexpr struct at_least_ : value_word<at_least_, "at_least"> {
  static constexpr auto formula(const auto& x, const auto& e) { return max(x, e); }
} at_least;

/// Rounds to the type the tensor has in memory.
inline constexpr struct rounded_ : plain_word<rounded_, "rounded"> {
  static constexpr auto formula(const auto& x) { return detail::make<storage_op>(x); }
} rounded;

}  // namespace normfold
