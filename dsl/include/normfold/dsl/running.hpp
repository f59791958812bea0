// The two steps that are no formulas: `output<"...">` writes the value that reaches it, `running(...)` keeps
// statistics. A new convention of running statistics is one option here and one row of ir::update.
#pragma once

#include "stage.hpp"

namespace normfold {

template <fixed_string Name>
struct output_ {
  static constexpr auto normfold_is = detail::what::step;
  static constexpr auto as_value = detail::mistake::output_as_value;
  static constexpr int terms = 1;
  constexpr void write(detail::term*& out) const { *out++ = {.is = detail::kind::output, .text = Name.view()}; }
  template <class... Any>
  constexpr auto operator()(const Any&...) const {
    return detail::complain<detail::mistake::output_arguments, output_, Any...>();
  }
};
template <fixed_string Name>
inline constexpr output_<Name> output{};

namespace detail {
enum class follow : std::uint8_t { momentum, keep, average };
inline constexpr std::string_view follow_names[] = {"momentum", "keep", "average"};
}  // namespace detail

/// How running statistics follow those of the batch.
struct rate_ {
  static constexpr auto normfold_is = detail::what::option;
  detail::follow rule = detail::follow::average;
  double value = 0;
};
struct biased_ {
  static constexpr auto normfold_is = detail::what::option;
};

/// momentum = 0.1: new = 0.9 old + 0.1 batch
inline constexpr struct momentum_word_ {
  static constexpr auto normfold_is = detail::what::option;
  constexpr auto operator=(const detail::arithmetic auto& value) const {
    const double rate = static_cast<double>(value);
    if (!(rate >= 0 && rate <= 1)) momentum_must_lie_between_0_and_1__write_running_momentum_0_1();
    return rate_{detail::follow::momentum, rate};
  }
  template <class Any>
  constexpr auto operator=(const Any&) const {
    return detail::refuse<detail::mistake::running_options, Any>();
  }
} momentum;

/// keep = 0.9: new = 0.9 old + 0.1 batch
inline constexpr struct keep_word_ {
  static constexpr auto normfold_is = detail::what::option;
  constexpr auto operator=(const detail::arithmetic auto& value) const {
    const double rate = static_cast<double>(value);
    if (!(rate >= 0 && rate <= 1)) keep_must_lie_between_0_and_1__write_running_keep_0_9();
    return rate_{detail::follow::keep, rate};
  }
  template <class Any>
  constexpr auto operator=(const Any&) const {
    return detail::refuse<detail::mistake::running_options, Any>();
  }
} keep;

inline constexpr rate_ average{};   ///< the plain average of all batches so far
inline constexpr biased_ biased{};  ///< the batch's variance as it is, not times n / (n - 1)

struct running_ {
  static constexpr auto normfold_is = detail::what::step;
  static constexpr auto as_value = detail::mistake::running_as_value;
  static constexpr int terms = 1;
  rate_ rate{};
  bool is_biased = false;
  constexpr void write(detail::term*& out) const {
    *out++ = {.is = detail::kind::running,
              .text = detail::follow_names[static_cast<int>(rate.rule)],
              .group = is_biased ? "biased" : "",
              .value = rate.value};
  }
};

inline constexpr struct running_word_ {
  static constexpr auto normfold_is = detail::what::word;
  static constexpr auto without_brackets = detail::mistake::running_brackets;
  constexpr running_ operator()(rate_ rate) const { return {rate, false}; }
  constexpr running_ operator()(rate_ rate, biased_) const { return {rate, true}; }
  constexpr running_ operator()(biased_, rate_ rate) const { return {rate, true}; }
  template <class... Any>
  constexpr auto operator()(const Any&...) const {
    if constexpr (detail::any_invalid<Any...>) {
      return invalid{};
    } else if constexpr (sizeof...(Any) == 0 || (std::is_same_v<Any, biased_> && ...)) {
      return detail::complain<detail::mistake::running_brackets, Any...>();
    } else {
      return detail::complain<detail::mistake::running_options, Any...>();
    }
  }
} running;

}  // namespace normfold
