// Calls LayerNorm as Highway and as Halide compiled it: how far apart the results are, and how long each takes. Exit
// status 1 where they differ by more than rounding does.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "my_norms.h"

namespace {

constexpr std::size_t N = 4, T = 512, C = 768;
using function = decltype(&layer_norm_f32);

struct tensors {
  std::vector<float> x = std::vector<float>(N * T * C), weight = std::vector<float>(C), bias = std::vector<float>(C);
  tensors() {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * i % 1013) / 1013 - 0.25f;
    for (std::size_t c = 0; c < C; ++c) weight[c] = 1 + 0.25f * static_cast<float>(c % 7);
    for (std::size_t c = 0; c < C; ++c) bias[c] = 0.5f * static_cast<float>(c % 5) - 1;
  }
};

// The best of many calls, in microseconds.
double microseconds(function layer_norm, const tensors& t, std::vector<float>& y) {
  double best = 1e30;
  for (int call = 0; call < 50; ++call) {
    const auto begin = std::chrono::steady_clock::now();
    const normfold_status status = layer_norm(y.data(), t.x.data(), t.weight.data(), t.bias.data(), N, T, C, nullptr);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    if (status != NORMFOLD_OK) std::printf("%s\n", normfold_status_text(status));
    best = std::min(best, took.count());
  }
  return best;
}

}  // namespace

int main() {
  const tensors t;
  std::vector<float> by_highway(t.x.size());
  std::printf("LayerNorm of %zu rows of %zu\n", N * T, C);
  std::printf("Highway  %8.1f us\n", microseconds(layer_norm_f32, t, by_highway));
#ifdef WITH_HALIDE
  std::vector<float> by_halide(t.x.size());
  std::printf("Halide   %8.1f us\n", microseconds(layer_norm_f32_halide, t, by_halide));
  double difference = 0;
  for (std::size_t i = 0; i < t.x.size(); ++i)
    difference = std::fmax(difference, std::fabs(double{by_highway[i]} - double{by_halide[i]}));
  std::printf("largest difference between the two: %.1e\n", difference);
  return difference < 4e-6 ? 0 : 1;
#else
  std::printf("Halide was not found where this program was built: install libhalide14-0-dev to see its kernel.\n");
  return 0;
#endif
}
