// Every non-empty set of reduced axes of a tensor of four axes; the name has a 1 for each axis that is reduced.
#pragma once

#include <normfold/dsl.hpp>

namespace normfold::kernel_tests {

using namespace normfold::axes;

constexpr auto set_0001 = layer<"set_0001">(N, C, H, W) | over(W) | center | scale | affine(C);
constexpr auto set_0010 = layer<"set_0010">(N, C, H, W) | over(H) | center | scale | affine(C);
constexpr auto set_0011 = layer<"set_0011">(N, C, H, W) | over(H, W) | center | scale | affine(C);
constexpr auto set_0100 = layer<"set_0100">(N, C, H, W) | over(C) | center | scale | affine(C);
constexpr auto set_0101 = layer<"set_0101">(N, C, H, W) | over(C, W) | center | scale | affine(C);
constexpr auto set_0110 = layer<"set_0110">(N, C, H, W) | over(C, H) | center | scale | affine(C);
constexpr auto set_0111 = layer<"set_0111">(N, C, H, W) | over(C, H, W) | center | scale | affine(C);
constexpr auto set_1000 = layer<"set_1000">(N, C, H, W) | over(N) | center | scale | affine(C);
constexpr auto set_1001 = layer<"set_1001">(N, C, H, W) | over(N, W) | center | scale | affine(C);
constexpr auto set_1010 = layer<"set_1010">(N, C, H, W) | over(N, H) | center | scale | affine(C);
constexpr auto set_1011 = layer<"set_1011">(N, C, H, W) | over(N, H, W) | center | scale | affine(C);
constexpr auto set_1100 = layer<"set_1100">(N, C, H, W) | over(N, C) | center | scale | affine(C);
constexpr auto set_1101 = layer<"set_1101">(N, C, H, W) | over(N, C, W) | center | scale | affine(C);
constexpr auto set_1110 = layer<"set_1110">(N, C, H, W) | over(N, C, H) | center | scale | affine(C);
constexpr auto set_1111 = layer<"set_1111">(N, C, H, W) | over(N, C, H, W) | center | scale | affine(C);

/// Calls `use` with all layers of this file.
template <class Use>
auto with_layers(const Use& use) {
  return use(set_0001, set_0010, set_0011, set_0100, set_0101, set_0110, set_0111, set_1000, set_1001, set_1010,
             set_1011, set_1100, set_1101, set_1110, set_1111);
}

}  // namespace normfold::kernel_tests
