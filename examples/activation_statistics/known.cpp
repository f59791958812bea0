// Bounds of what is measured (known.hpp). ReLU(unit normal) has the deviation sqrt(1/2 - 1/(2 pi)) = 0.584. A weight
// matrix of deviation 0.5 times 64 activations, half of them zero, multiplies the second moment by 8, the deviation
// by 2.83. A residual branch of unit variance adds 1 to the variance.
#include "known.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

bool within(const char* what, double value, double low, double high) {
  const bool good = value >= low && value <= high;
  std::printf("  %-52s %10.4g   %g to %g%s\n", what, value, low, high, good ? "" : "   OUTSIDE");
  return good;
}

// Figures of two decimals: 0.594 is 0.59.
bool rounds_within(const char* what, double value, double low, double high) {
  return within(what, std::round(value * 100) / 100, low, high);
}

}  // namespace

bool agrees_with_the_known(const std::vector<curve>& plain, const std::vector<spread>& seeds,
                           const std::vector<curve>& residual) {
  const auto least = [](const curve& c) { return *std::min_element(c.deviations.begin(), c.deviations.end()); };
  const auto most = [](const curve& c) { return *std::max_element(c.deviations.begin(), c.deviations.end()); };
  const auto growth = [](const curve& c) {
    return std::pow(c.deviations.back() / c.deviations.front(), 1.0 / static_cast<double>(c.deviations.size() - 1));
  };
  bool good = true;
  std::printf("%-54s %10s   known\n\n", "Known figures", "here");
  good &= within("none, layer 1", plain[0].deviations.front(), 2.2, 2.4);
  good &= within("none, layer 10", plain[0].deviations.back(), 2e4, 4e4);
  good &= within("none, growth a layer", growth(plain[0]), 2.8, 3);
  good &= rounds_within("BN, least", least(plain[1]), 0.58, 0.59);
  good &= rounds_within("BN, greatest", most(plain[1]), 0.58, 0.59);
  good &= rounds_within("LN, least", least(plain[2]), 0.57, 0.62);
  good &= rounds_within("LN, greatest", most(plain[2]), 0.57, 0.62);
  good &= within("BN, layer 10, mean over seeds", seeds[1].mean, 0.57, 0.62);
  good &= within("LN, layer 10, mean over seeds", seeds[2].mean, 0.57, 0.62);
  good &= within("residual without norm, growth a block: sqrt(2)", growth(residual[0]), 1.3, 1.55);
  good &= within("pre-norm, block 10: sqrt(11)", residual[1].deviations.back(), 2.6, 4);
  good &= within("post-norm, greatest: 1", most(residual[2]), 0.99, 1.02);
  return good;
}
