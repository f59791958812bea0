// Runs the golden kernels against the formulas in plain double loops.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <random>
#include <vector>

#include "add_rms_norm.h"
#include "batch_norm.h"
#include "group_norm.h"
#include "layer_norm.h"

namespace {

using floats = std::vector<float>;
using sizes = std::initializer_list<std::size_t>;

constexpr double unit = 0x1p-24;  // of float

floats random_floats(std::size_t n, unsigned seed, float mean = 0.0f) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> around(mean - 2.0f, mean + 2.0f);
  floats out(n);
  for (float& v : out) v = around(random);
  return out;
}

struct moments {
  double mean = 0, var = 0, rstd = 0;
};

// Of the elements that `element(i)`, i < n, gives.
template <class Element>
moments moments_of(std::size_t n, const Element& element) {
  moments m;
  for (std::size_t i = 0; i < n; ++i) m.mean += static_cast<double>(element(i)) / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    m.var += std::pow(static_cast<double>(element(i)) - m.mean, 2) / static_cast<double>(n);
  m.rstd = 1 / std::sqrt(m.var + 1e-5);
  return m;
}

// A sum of n terms in at least 32 lanes and a tree, and a dozen roundings after it. The mean is about a pivot, so that
// its error is of the size of the spread, not of the mean; x itself is exact.
double roundings(std::size_t n) { return static_cast<double>(n) / 32 + 20; }

void check_near(float got, double expected, double magnitude, std::size_t n) {
  CHECK(std::abs(static_cast<double>(got) - expected) <= roundings(n) * unit * magnitude);
}

// One element of y = (x - mean) * rstd * weight + bias.
void check_element(float y, float x, double mean, double rstd, float weight, float bias, std::size_t n) {
  const double centred = (static_cast<double>(x) - mean) * rstd;
  const double expected = centred * static_cast<double>(weight) + static_cast<double>(bias);
  check_near(y, expected,
             (std::abs(centred) + 1) * static_cast<double>(std::abs(weight)) + static_cast<double>(std::abs(bias)), n);
}

}  // namespace

TEST_CASE("layer_norm") {
  const std::size_t N = 2, T = 3;
  for (const std::size_t C : sizes{1, 7, 64, 257}) {
    const floats x = random_floats(N * T * C, 1), weight = random_floats(C, 2), bias = random_floats(C, 3);
    floats y(x.size());
    REQUIRE(layer_norm_f32(y.data(), x.data(), weight.data(), bias.data(), N, T, C, nullptr) == NORMFOLD_OK);
    for (std::size_t row = 0; row < N * T; ++row) {
      const moments m = moments_of(C, [&](std::size_t c) { return x[row * C + c]; });
      for (std::size_t c = 0; c < C; ++c)
        check_element(y[row * C + c], x[row * C + c], m.mean, m.rstd, weight[c], bias[c], C);
    }
  }
}

TEST_CASE("batch_norm in training, then with the running statistics it left") {
  const std::size_t C = 3;
  for (const auto& [N, H, W] : {std::array<std::size_t, 3>{2, 1, 1}, {3, 5, 7}, {2, 16, 17}}) {
    const std::size_t area = H * W, count = N * area;
    const auto at = [&](std::size_t c, std::size_t i) { return (i / area * C + c) * area + i % area; };
    const floats x = random_floats(count * C, 4, 1.5f), weight = random_floats(C, 5), bias = random_floats(C, 6);
    floats y(x.size()), mean(C), rstd(C), running_mean(C, 0.5f), running_var(C, 2.0f);
    REQUIRE(batch_norm_train_f32(y.data(), mean.data(), rstd.data(), running_mean.data(), running_var.data(), x.data(),
                                 weight.data(), bias.data(), N, C, H, W, nullptr) == NORMFOLD_OK);
    for (std::size_t c = 0; c < C; ++c) {
      const moments m = moments_of(count, [&](std::size_t i) { return x[at(c, i)]; });
      const double unbiased = m.var * static_cast<double>(count) / static_cast<double>(count - 1);
      check_near(mean[c], m.mean, 4, count);
      check_near(rstd[c], m.rstd, m.rstd, count);
      check_near(running_mean[c], 0.9 * 0.5 + 0.1 * m.mean, 4, count);
      check_near(running_var[c], 0.9 * 2 + 0.1 * unbiased, 4, count);
      for (std::size_t i = 0; i < count; ++i)
        check_element(y[at(c, i)], x[at(c, i)], m.mean, m.rstd, weight[c], bias[c], count);
    }
    REQUIRE(batch_norm_f32(y.data(), x.data(), running_mean.data(), running_var.data(), weight.data(), bias.data(), N,
                           C, H, W, nullptr) == NORMFOLD_OK);
    for (std::size_t c = 0; c < C; ++c) {
      const double r = 1 / std::sqrt(static_cast<double>(running_var[c]) + 1e-5);
      for (std::size_t i = 0; i < count; ++i)
        check_element(y[at(c, i)], x[at(c, i)], static_cast<double>(running_mean[c]), r, weight[c], bias[c], 1);
    }
  }
}

TEST_CASE("group_norm") {
  const std::size_t N = 2, C = 6;
  for (const std::size_t G : sizes{1, 2, 6})
    for (const std::size_t W : sizes{1, 5, 33}) {
      const std::size_t H = 3, area = H * W, members = C / G * area;
      const floats x = random_floats(N * C * area, 7), weight = random_floats(C, 8), bias = random_floats(C, 9);
      floats y(x.size());
      REQUIRE(group_norm_f32(y.data(), x.data(), weight.data(), bias.data(), N, C, H, W, G, nullptr) == NORMFOLD_OK);
      for (std::size_t slice = 0; slice < N * G; ++slice) {
        const moments m = moments_of(members, [&](std::size_t i) { return x[slice * members + i]; });
        for (std::size_t i = 0; i < members; ++i) {
          const std::size_t c = slice % G * (C / G) + i / area;
          check_element(y[slice * members + i], x[slice * members + i], m.mean, m.rstd, weight[c], bias[c], members);
        }
      }
    }
}

TEST_CASE("add_rms_norm, in place of its residual") {
  const std::size_t T = 4;
  for (const std::size_t C : sizes{1, 7, 64, 257}) {
    const floats x = random_floats(T * C, 10), residual = random_floats(T * C, 11), weight = random_floats(C, 12);
    floats y(x.size()), sum = residual;
    REQUIRE(add_rms_norm_f32(y.data(), sum.data(), x.data(), sum.data(), weight.data(), T, C, nullptr) == NORMFOLD_OK);
    for (std::size_t row = 0; row < T; ++row) {
      double mean_sq = 0;
      for (std::size_t i = row * C; i < (row + 1) * C; ++i) {
        CHECK(sum[i] == x[i] + residual[i]);
        mean_sq += std::pow(static_cast<double>(x[i]) + static_cast<double>(residual[i]), 2) / static_cast<double>(C);
      }
      for (std::size_t c = 0; c < C; ++c) {
        const double s = static_cast<double>(x[row * C + c]) + static_cast<double>(residual[row * C + c]);
        const double expected = s / std::sqrt(mean_sq + 1e-6) * static_cast<double>(weight[c]);
        check_near(y[row * C + c], expected, std::abs(expected), C);
      }
    }
  }
}
