// Values in a formula: x, parameters, operands, numbers, and what ops make of them. To add an elementwise op, write
// its line under "Elementwise ops" and its row in the op table; a reduction likewise under "Reductions".
#pragma once

#include "axis.hpp"

namespace normfold {

/// The current value: what reaches a step of the pipe.
struct x_ {
  static constexpr auto normfold_is = detail::what::expression;
  static constexpr int terms = 1;
  constexpr void write(detail::term*& out) const { *out++ = {.is = detail::kind::current}; }
};

struct constant_ {
  static constexpr auto normfold_is = detail::what::expression;
  static constexpr int terms = 1;
  double value = 0;
  constexpr void write(detail::term*& out) const { *out++ = {.is = detail::kind::constant, .value = value}; }
};

template <fixed_string Name, class... Axes>
struct parameter_ {
  static constexpr auto normfold_is = detail::what::expression;
  static constexpr int terms = 1 + sizeof...(Axes);
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    (Axes{}.write(out), ...);
    detail::close(out, begin, {.is = detail::kind::parameter, .text = Name.view(), .children = sizeof...(Axes)});
  }
};

/// A second tensor with the layer's axes.
template <fixed_string Name>
struct operand_ {
  static constexpr auto normfold_is = detail::what::expression;
  static constexpr int terms = 1;
  constexpr void write(detail::term*& out) const { *out++ = {.is = detail::kind::operand, .text = Name.view()}; }
  template <class... Any>
  constexpr auto operator()(const Any&...) const {
    return detail::complain<detail::mistake::operand_arguments, operand_, Any...>();
  }
};
template <fixed_string Name>
inline constexpr operand_<Name> operand{};

template <class Op, class... Arguments>
struct apply_ {
  static constexpr auto normfold_is = Op::compares ? detail::what::comparison : detail::what::expression;
  static constexpr int terms = (1 + ... + Arguments::terms);
  hana::basic_tuple<Arguments...> arguments{};
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    hana::unpack(arguments, [&out](const auto&... argument) { (argument.write(out), ...); });
    detail::close(out, begin, {.is = detail::kind::elementwise, .text = Op::name, .children = sizeof...(Arguments)});
  }
  /// `if (x > 0)`, `x > 0 ? a : b`
  template <class Self = apply_>
  constexpr explicit operator bool() const {
    detail::complain<detail::mistake::formula_if, Self>();
    return true;
  }
};

/// The scope of a reduction that names no axes: those of the last `over` in the pipe.
struct last_over_ {
  static constexpr int terms = 0;
  constexpr void write(detail::term*&) const {}
};

template <class Op, class Scope, class Argument>
struct reduce_ {
  static constexpr auto normfold_is = detail::what::expression;
  static constexpr int terms = 1 + Argument::terms + Scope::terms;
  Scope scope{};
  Argument argument{};
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    argument.write(out);
    scope.write(out);
    detail::close(out, begin, {.is = detail::kind::reduction, .text = Op::name, .children = Scope::terms > 0 ? 2 : 1});
  }
};

/// A statistic with a name. The words of the language name theirs quietly: describe() leaves those names out.
template <fixed_string Name, detail::kind Kind, bool Quiet, class Value>
struct named_value_ {
  static constexpr auto normfold_is = detail::what::expression;
  static constexpr int terms = 1 + Value::terms;
  Value value{};
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    value.write(out);
    detail::close(out, begin, {.is = Kind, .text = Name.view(), .group = Quiet ? "quiet" : "", .children = 1});
  }
};

namespace detail {

template <class Type>
struct as_value {
  using type = Type;
  static constexpr const Type& of(const Type& value) { return value; }
};
template <class Type>
requires std::is_arithmetic_v<Type>
struct as_value<Type> {
  using type = constant_;
  static constexpr constant_ of(Type value) { return {static_cast<double>(value)}; }
};

/// The mistake in writing a thing of this sort where a value is due.
template <class Type>
consteval mistake mistake_as_value() {
  if constexpr (requires { Type::without_brackets; }) {
    return Type::without_brackets;
  } else if constexpr (requires { Type::as_value; }) {
    return Type::as_value;
  } else {
    switch (what_is<Type>) {
      case what::number:
      case what::expression: return mistake::none;
      case what::comparison: return mistake::formula_comparison;
      case what::axis:
      case what::sized_axis:
      case what::split: return mistake::axis_in_formula;
      case what::over:
      case what::first: return mistake::over_as_value;
      case what::word:
      case what::option: return mistake::word_in_formula;
      default: return mistake::formula_operand;
    }
  }
}

template <class First, class... Rest>
consteval mistake first_mistake_as_value() {
  mistake found = mistake_as_value<First>();
  if constexpr (sizeof...(Rest) > 0) {
    if (found == mistake::none) found = first_mistake_as_value<Rest...>();
  }
  return found;
}

template <class Op, class... Arguments>
constexpr auto make(const Arguments&... arguments) {
  if constexpr (any_invalid<Arguments...>) {
    return invalid{};
  } else if constexpr (constexpr mistake found = first_mistake_as_value<Arguments...>(); found != mistake::none) {
    return complain<found, Op, Arguments...>();
  } else {
    using made = apply_<Op, typename as_value<Arguments>::type...>;
    return made{tuple_of(as_value<Arguments>::of(arguments)...)};
  }
}

/// Something of the language, so that its operators are ours.
template <class... Type>
concept ours = ((what_is<Type> != what::number && what_is<Type> != what::other) || ...);

template <class Type>
concept reduces = (splits<Type> || what_is<Type> == what::over || what_is<Type> == what::first);

}  // namespace detail

template <fixed_string Name, bool Compares = false>
struct op {
  static constexpr std::string_view name = Name.view();
  static constexpr bool compares = Compares;
};

}  // namespace normfold

#include "ops.hpp"
