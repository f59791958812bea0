// What no ready-made layer says: every op, every convention of running statistics, parts and groups that are fixed, eps
// outside the root, rounding to the type in memory, several reductions in one formula.
#pragma once

#include <normfold/dsl.hpp>

namespace normfold::kernel_tests {

using namespace normfold::axes;

constexpr auto kept_part = layer<"kept_part">(N, C, W) | over(N, W) | center | scale | running(keep = 0.9) | affine(C);
constexpr auto cumulative = layer<"cumulative">(N, C) | over(N) | center | scale | affine(C) | running(average, biased);
constexpr auto kept_scale = layer<"kept_scale">(N, C) | over(N) | scale | gain(C) | running(momentum = 0.25);

constexpr auto eps_outside = layer<"eps_outside">(N, C) | over(C) | center | scale(eps = outside(1e-3)) | affine(C);
constexpr auto fixed_groups = layer<"fixed_groups">(N, C, W) | over(C / 4, W) | center | scale | affine(C);
constexpr auto fixed_extent = layer<"fixed_extent">(N, C(48)) | over(C) | center | scale | affine(C);
constexpr auto first_64 = layer<"first_64">(N, C) | over(first(64, C)) | center | scale | affine(C);
constexpr auto first_third = layer<"first_third">(N, T, C) | over(T, first(33.3_percent, C)) | scale | gain(C);

constexpr auto rounded_sum = layer<"rounded_sum">(T, C) | add(operand<"residual">) | rounded | output<"sum"> | over(C) |
                             scale(eps = 1e-6) | rounded | gain(C);
constexpr auto two_scopes =
    layer<"two_scopes">(N, T, C) | over(C) | center | scale | over(T) | center | scale | affine(C);
constexpr auto named_spread =
    layer<"named_spread">(T, C) | over(C) | [](auto x) { return x / named<"spread">(max(x) - min(x) + 1); };
constexpr auto sums = layer<"sums">(N, T, C) | over(T, C) |
                      [](auto x) { return x * mean(over(T), x) + sum(over(C), abs(x)) * mean(sq(x)); };
// Sums of columns of two sizes within one slice.
constexpr auto two_sizes = layer<"two_sizes">(N, H, W, C) | over(H, W) | [](auto x) {
  auto part = x - mean(over(H), abs(x));
  return part - mean(abs(part));
};

// Scaled by the deviation alone: outputs do not need the pivot that the sums are about. Of rows, and of channels whose runs lie apart.
constexpr auto by_deviation = [](auto x) { return x * rsqrt(mean(sq(x - mean(x))) + 1e-5); };
constexpr auto deviation_of_row = layer<"deviation_of_row">(T, C) | over(C) | by_deviation;
constexpr auto deviation_of_channel = layer<"deviation_of_channel">(N, C, W) | over(N, W) | by_deviation;

constexpr auto ops_of_shape = layer<"ops_of_shape">(T, C) | [](auto x) {
  return select(x < 0, exp(x) - 1, log(1 + x)) + round(4 * x) + sigmoid(x) + abs(min(x, 0.25)) + sqrt(sq(x) + 1);
};
constexpr auto ops_of_curves = layer<"ops_of_curves">(T, C) | over(C) | center | scale |
                               [](auto x) { return tanh(x) * rsqrt(1 + x * x) - erf(-x) / (2 + select(x >= 1, x, 1)); };

/// Calls `use` with all layers of this file.
template <class Use>
auto with_layers(const Use& use) {
  return use(kept_part, cumulative, kept_scale, eps_outside, fixed_groups, fixed_extent, first_64, first_third,
             rounded_sum, two_scopes, named_spread, sums, two_sizes, deviation_of_row, deviation_of_channel,
             ops_of_shape, ops_of_curves);
}

}  // namespace normfold::kernel_tests
