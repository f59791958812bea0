// Normalizes a few tokens with the generated function and compares them with the formula, written as loops in double.
// Exit status 1 where they differ.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "my_norms.h"

namespace {

constexpr std::size_t N = 2, T = 3, C = 5;

// LayerNorm of one token, as the paper writes it.
std::vector<double> formula(const float* x, const std::vector<float>& weight, const std::vector<float>& bias) {
  double mean = 0, variance = 0;
  for (std::size_t c = 0; c < C; ++c) mean += x[c] / static_cast<double>(C);
  for (std::size_t c = 0; c < C; ++c) variance += (x[c] - mean) * (x[c] - mean) / static_cast<double>(C);
  std::vector<double> y(C);
  for (std::size_t c = 0; c < C; ++c) y[c] = (x[c] - mean) / std::sqrt(variance + 1e-5) * weight[c] + bias[c];
  return y;
}

void print(const char* name, const float* row) {
  std::printf("%s", name);
  for (std::size_t c = 0; c < C; ++c) std::printf(" %9.5f", static_cast<double>(row[c]));
  std::printf(*name == 'y' ? "\n\n" : "\n");
}

}  // namespace

int main() {
  std::vector<float> x(N * T * C), y(N * T * C), weight(C), bias(C);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * i % 11);
  for (std::size_t c = 0; c < C; ++c) weight[c] = 1 + 0.25f * static_cast<float>(c);
  for (std::size_t c = 0; c < C; ++c) bias[c] = 0.5f * static_cast<float>(c) - 1;

  const normfold_status status = layer_norm_f32(y.data(), x.data(), weight.data(), bias.data(), N, T, C, nullptr);
  if (status != NORMFOLD_OK) {
    std::printf("layer_norm_f32: %s\n", normfold_status_text(status));
    return 1;
  }

  double difference = 0;
  for (std::size_t token = 0; token < N * T; ++token) {
    const std::vector<double> expected = formula(&x[token * C], weight, bias);
    for (std::size_t c = 0; c < C; ++c) difference = std::fmax(difference, std::fabs(y[token * C + c] - expected[c]));
    print("x", &x[token * C]);
    print("y", &y[token * C]);
  }
  std::printf("largest difference from the formula in double: %.1e\n", difference);
  return difference < 1e-6 ? 0 : 1;
}
