// Norms as formulas: a lambda in the pipe is as good as a word, and words are lambdas. Add yours here.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

// The usual one, to compare with.
constexpr auto layer_norm = layer<"layer_norm">(T, C) | over(C) | center | scale | affine(C);

// Zhu et al. 2025, arXiv:2503.10622: no statistics at all.
constexpr auto dyt = layer<"dyt">(T, C) | [](auto x) { return tanh(param<"alpha">() * x); } | affine(C);

// A norm by the mean deviation from the mean instead of the standard deviation: an outlier weighs once, not squared.
constexpr auto mean_deviation_norm = layer<"mean_deviation_norm">(T, C) | over(C) | center |
                                     [](auto x) { return x / (mean(abs(x)) + 1e-6); } | affine(C);

// A robust norm: the spread is taken from the values clipped to three deviations, so that outliers hardly move it.
constexpr auto clipped_norm = layer<"clipped_norm">(T, C) | over(C) | center | [](auto x) {
  auto reach = 3 * sqrt(mean(sq(x)));
  auto clipped = max(min(x, reach), -reach);
  return x * rsqrt(mean(sq(clipped)) + 1e-6);
} | affine(C);

int main(int argc, char** argv) {
  return normfold::generate(argc, argv, layer_norm, dyt, mean_deviation_norm, clipped_norm);
}
