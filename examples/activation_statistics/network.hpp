// What a small network needs besides norms: random numbers that are the same on every machine, a matrix product, ReLU,
// and the standard deviation of all activations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

using tensor = std::vector<float>;

/// Numbers of the unit normal: splitmix64 (Steele, Lea and Flood 2014) and the transform of Box and Muller (1958).
class normal {
 public:
  explicit normal(std::uint64_t seed) : state_(seed) {}
  double operator()();
  /// `count` of them, times a deviation.
  tensor many(std::size_t count, double deviation);

 private:
  double uniform();  ///< in (0, 1]
  std::uint64_t state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// rows x inner times inner x columns, all dense.
tensor product(const tensor& a, const tensor& b, std::size_t rows, std::size_t inner, std::size_t columns);

void relu(tensor& x);
void add(tensor& x, const tensor& other);

/// Of all elements, in double.
double deviation(const tensor& x);
