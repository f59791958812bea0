// What the plain loops share: a type of 16 bits, and a workload's arguments as typed pointers.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "contender.hpp"

namespace bench {

struct bf16 {
  std::uint16_t bits;

  operator float() const {
    const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
  }
  bf16& operator=(float value) {
    std::uint32_t wide;
    std::memcpy(&wide, &value, sizeof wide);
    bits = static_cast<std::uint16_t>((wide + 0x7FFF + ((wide >> 16) & 1)) >> 16);
    return *this;
  }
};

template <typename T>
struct arguments {
  const T* x;
  const T* residual;
  T* y;
  T* sum;
  const T* dy;
  T* dx;
  const T* weight;
  const T* bias;
  T* dweight;
  T* dbias;
  float* mean;
  float* rstd;
  float* running_mean;
  float* running_var;
  std::size_t n, c, p, g;  ///< rows or images, channels, pixels, groups
  float eps;
};

template <typename T>
arguments<T> arguments_of(const workload& work, const tensors& t) {
  return {t.as<const T>(role::x),
          t.as<const T>(role::residual),
          t.as<T>(role::y),
          t.as<T>(role::sum),
          t.as<const T>(role::dy),
          t.as<T>(role::dx),
          t.as<const T>(role::weight),
          t.as<const T>(role::bias),
          t.as<T>(role::dweight),
          t.as<T>(role::dbias),
          t.as<float>(role::mean),
          t.as<float>(role::rstd),
          t.as<float>(role::running_mean),
          t.as<float>(role::running_var),
          work.size.n,
          work.size.c,
          work.size.pixels(),
          work.of->over == scope::instance ? work.size.c : work.size.g,
          static_cast<float>(work.of->eps)};
}

/// The plain loop of BatchNorm in training and evaluation (plain_batch.cpp).
std::vector<contender> plain_batch_contenders(const workload& work);

/// The plain loop of a backward workload (plain_backward.cpp), and where channels lie innermost
/// (plain_backward_nhwc.cpp).
std::vector<contender> plain_backward_contenders(const workload& work);
std::vector<contender> plain_backward_nhwc_contenders(const workload& work);

/// Sums down the rows of a matrix, as each thread takes a share of them: add(row, sums) for every row, then all
/// together.
template <typename Add>
std::vector<float> column_sums(team& threads, std::size_t rows, std::size_t width, Add add) {
  const std::size_t parts = static_cast<std::size_t>(threads.threads());
  std::vector<std::vector<float>> partial(parts);
  threads.each(parts, [&](std::size_t i) {
    partial[i].assign(width, 0.0F);
    for (std::size_t r = rows * i / parts; r < rows * (i + 1) / parts; ++r) add(r, partial[i].data());
  });
  for (std::size_t i = 1; i < parts; ++i) {
    for (std::size_t c = 0; c < width; ++c) partial[0][c] += partial[i][c];
  }
  return partial[0];
}

}  // namespace bench
