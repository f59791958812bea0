// Random numbers that are the same on every machine: splitmix64 (Steele, Lea and Flood 2014), which a seed starts.
// A new distribution is one function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Numbers of the unit normal, by the transform of Box and Muller (1958), and uniform ones.
class normal {
 public:
  explicit normal(std::uint64_t seed) : state_(seed) {}
  double operator()();
  /// `count` of them, times a deviation.
  std::vector<float> many(std::size_t count, double deviation);

  /// Between the two, the lower one excluded.
  double uniform(double low = 0, double high = 1);
  /// One of 0 ... count - 1.
  std::size_t below(std::size_t count);
  /// 0 ... count - 1 in random order (Fisher and Yates).
  std::vector<std::size_t> permutation(std::size_t count);

 private:
  std::uint64_t next();
  std::uint64_t state_;
  double spare_ = 0;
  bool has_spare_ = false;
};
