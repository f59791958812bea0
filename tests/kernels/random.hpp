// Numbers that look random and are the same on every machine: a hash of a seed and an index.
#pragma once

#include <cstdint>
#include <string_view>

namespace normfold::kernel_tests {

/// Mixes all bits of `x`: the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// In [0, 1), a multiple of 2^-53.
constexpr double uniform(std::uint64_t seed, std::uint64_t index) {
  return static_cast<double>(mixed(mixed(seed) ^ index) >> 11) * 0x1p-53;
}

/// Mean 0, deviation 1, within +- 3.5: the sum of four uniform numbers.
constexpr double bell(std::uint64_t seed, std::uint64_t index) {
  double sum = -2;
  for (std::uint64_t k = 0; k < 4; ++k) sum += uniform(seed + k, index);
  return sum * 1.7320508075688772;
}

constexpr std::uint64_t hash(std::string_view text) {
  std::uint64_t result = 0;
  for (const char c : text) result = mixed(result ^ static_cast<unsigned char>(c));
  return result;
}

}  // namespace normfold::kernel_tests
