// Axes and what `over` may hold of them: N, C(4096), C / G, C / 32, first(6.25_percent, C).
// To add an axis: `inline constexpr struct head_ : axis<"head"> {} head;`, here or in your own file.
#pragma once

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/unpack.hpp>
#include <concepts>

#include "error.hpp"
#include "fixed_string.hpp"

namespace normfold {

namespace hana = boost::hana;

namespace detail {
template <class... Element>
constexpr hana::basic_tuple<Element...> tuple_of(const Element&... element) {
  return hana::basic_tuple<Element...>(element...);
}

template <class Type>
concept splits = (what_is<Type> == what::axis || what_is<Type> == what::sized_axis || what_is<Type> == what::split);
template <class Type>
concept whole_axis = splits<Type> &&(what_is<Type> == what::axis);
template <class Type>
concept is_part = (what_is<Type> == what::axis || what_is<Type> == what::split);

}  // namespace detail

/// C(4096): an axis whose extent is fixed, which leaves the signature. `Name` is a fixed_string of its axis.
template <fixed_string Name>
struct sized_axis_ {
  static constexpr auto normfold_is = detail::what::sized_axis;
  static constexpr int terms = 1;
  std::uint64_t extent = 0;
  constexpr void write(detail::term*& out) const {
    *out++ = {.is = detail::kind::axis, .text = Name.view(), .count = extent};
  }
};

template <fixed_string Name>
struct axis {
  static constexpr auto normfold_is = detail::what::axis;
  static constexpr int terms = 1;
  static constexpr std::string_view name = Name.view();
  constexpr void write(detail::term*& out) const { *out++ = {.is = detail::kind::axis, .text = name}; }

  /// C(4096)
  constexpr auto operator()(std::integral auto extent) const {
    if (extent < 1) the_extent_of_an_axis_must_be_at_least_1__write_C_4096();
    return sized_axis_<Name>{static_cast<std::uint64_t>(extent)};
  }
  template <class... Extent>
  constexpr auto operator()(const Extent&...) const {
    return detail::refuse<detail::mistake::axis_call, axis, Extent...>();
  }
};

// clang-format off
namespace axes {
inline constexpr struct N_ : axis<"N"> {} N;  ///< batch
inline constexpr struct C_ : axis<"C"> {} C;  ///< channel, or feature
inline constexpr struct D_ : axis<"D"> {} D;  ///< depth
inline constexpr struct H_ : axis<"H"> {} H;  ///< height
inline constexpr struct W_ : axis<"W"> {} W;  ///< width
inline constexpr struct T_ : axis<"T"> {} T;  ///< token, or time
inline constexpr struct G_ : axis<"G"> {} G;  ///< the number of groups in C / G
}  // namespace axes
// clang-format on

/// C / G: the members of one group. `Groups` names a run-time argument.
template <class Axis, class Groups>
struct split_ {
  static constexpr auto normfold_is = detail::what::split;
  static constexpr int terms = 1;
  constexpr void write(detail::term*& out) const {
    *out++ = {.is = detail::kind::split, .text = Axis::name, .group = Groups::name};
  }
};

/// C / 32: the same with the number of groups fixed.
template <class Axis>
struct fixed_split_ {
  static constexpr auto normfold_is = detail::what::split;
  static constexpr int terms = 1;
  std::uint64_t groups = 0;
  constexpr void write(detail::term*& out) const {
    *out++ = {.is = detail::kind::split, .text = Axis::name, .count = groups};
  }
};

template <class Axis, class Groups>
requires detail::splits<Axis>
constexpr auto operator/(const Axis&, const Groups&) {
  using detail::what, detail::what_is, detail::complain, detail::mistake;
  if constexpr (detail::any_invalid<Groups>) {
    return invalid{};
  } else if constexpr (what_is<Axis> == what::sized_axis) {
    return complain<mistake::axis_extent_here, Axis>();
  } else if constexpr (detail::expression<Groups>) {
    return complain<mistake::axis_in_formula, Axis, Groups>();
  } else if constexpr (what_is<Axis> == what::axis && what_is<Groups> == what::axis) {
    return split_<Axis, Groups>{};
  } else {
    return complain<mistake::split_count, Axis, Groups>();
  }
}

template <detail::whole_axis Axis, std::integral Groups>
constexpr auto operator/(const Axis&, const Groups& groups) {
  if (groups < 1) the_number_of_groups_must_be_at_least_1__write_C_over_32();
  return fixed_split_<Axis>{static_cast<std::uint64_t>(groups)};
}

/// 6.25_percent
struct percent_ {
  static constexpr auto normfold_is = detail::what::percent;
  double value = 0;
};
constexpr percent_ checked_percent(double value) {
  if (!(value > 0 && value <= 100)) percent_must_lie_above_0_and_up_to_100__write_first_6_25_percent_C();
  return {value};
}
constexpr percent_ operator""_percent(long double value) { return checked_percent(static_cast<double>(value)); }
constexpr percent_ operator""_percent(unsigned long long value) { return checked_percent(static_cast<double>(value)); }

/// first(6.25_percent, C), first(64, C): the leading ceil(0.0625 C) elements or 64 elements of an axis, or of the members of a group.
template <class Part>
struct first_ {
  static constexpr auto normfold_is = detail::what::first;
  static constexpr int terms = Part::terms + 1;
  Part part{};
  double percent = 0;
  std::uint64_t elements = 0;
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    part.write(out);
    detail::close(out, begin, {.is = detail::kind::first, .value = percent, .count = elements, .children = 1});
  }
};

inline constexpr struct first_word_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr auto without_brackets = detail::mistake::first_brackets;

  template <class Part>
  requires detail::is_part<Part>
  constexpr auto operator()(percent_ share, const Part& part) const { return first_<Part>{part, share.value, 0}; }
  template <std::integral Count, class Part>
  requires detail::is_part<Part>
  constexpr auto operator()(const Count& count, const Part& part) const {
    if (count < 1) first_must_take_at_least_one_element__write_first_64_C();
    return first_<Part>{part, 0, static_cast<std::uint64_t>(count)};
  }
  template <class... Any>
  constexpr auto operator()(const Any&...) const {
    if constexpr (detail::any_invalid<Any...>) {
      return invalid{};
    } else if constexpr (((detail::what_is<Any> == detail::what::sized_axis) || ...)) {
      return detail::complain<detail::mistake::axis_extent_here, Any...>();
    } else if constexpr (sizeof...(Any) == 2 && (std::is_floating_point_v<Any> || ...)) {
      return detail::complain<detail::mistake::first_share, Any...>();
    } else {
      return detail::complain<detail::mistake::first_arguments, Any...>();
    }
  }
} first;

/// over(H, W): the axes that reductions reduce, in a pipe or in one reduction.
template <class... Parts>
struct over_ {
  static constexpr auto normfold_is = detail::what::over;
  static constexpr int terms = (1 + ... + Parts::terms);
  hana::basic_tuple<Parts...> parts{};
  constexpr void write(detail::term*& out) const {
    const detail::term* begin = out;
    hana::unpack(parts, [&out](const auto&... part) { (part.write(out), ...); });
    detail::close(out, begin, {.is = detail::kind::over, .children = sizeof...(Parts)});
  }
};

inline constexpr struct over_word_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr auto without_brackets = detail::mistake::over_brackets;

  template <class... Parts>
  constexpr auto operator()(const Parts&... parts) const {
    using detail::what, detail::what_is, detail::complain, detail::mistake;
    if constexpr (detail::any_invalid<Parts...>) {
      return invalid{};
    } else if constexpr (sizeof...(Parts) == 0) {
      return complain<mistake::over_empty>();
    } else if constexpr (((what_is<Parts> == what::sized_axis) || ...)) {
      return complain<mistake::axis_extent_here, Parts...>();
    } else if constexpr (((what_is<Parts> == what::axis || what_is<Parts> == what::split ||
                           what_is<Parts> == what::first) &&
                          ...)) {
      return over_<Parts...>{detail::tuple_of(parts...)};
    } else {
      return complain<mistake::over_takes_axes, Parts...>();
    }
  }
} over;

}  // namespace normfold
