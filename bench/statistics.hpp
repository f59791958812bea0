// How many numbers become a median with its spread.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

namespace bench {

/// A median with its quartiles.
struct spread {
  double median = 0, low = 0, high = 0;
};

/// Interpolates between neighbours; of no values, NaN.
inline spread spread_of(std::vector<double> values) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {none, none, none};
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    const std::size_t below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.5), at(0.25), at(0.75)};
}

}  // namespace bench
