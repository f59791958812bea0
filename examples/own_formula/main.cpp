// Runs the norms of layers.cpp on rows with outliers and compares them with the same formulas in double.
// Exit status 1 where they differ.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "own_norms.h"

namespace {

constexpr std::size_t T = 64, C = 300;
constexpr float outlier = 40;

// A row in f32 knows its largest value to one rounding unit, 2^-24 of it, and its mean no better.
constexpr double tolerance = outlier / 16777216.0;

// A row in double, for the formulas as one would write them on paper.
using row = std::vector<double>;

template <class Function>
row map(row x, Function f) {
  for (double& each : x) each = f(each);
  return x;
}
double mean(const row& x) {
  double sum = 0;
  for (const double each : x) sum += each;
  return sum / static_cast<double>(x.size());
}
double mean_sq(const row& x) {
  return mean(map(x, [](double e) { return e * e; }));
}
double mean_abs(const row& x) {
  return mean(map(x, [](double e) { return std::fabs(e); }));
}
row centered(const row& x) {
  return map(x, [m = mean(x)](double e) { return e - m; });
}

row layer_norm(const row& x) {
  const row c = centered(x);
  return map(c, [v = mean_sq(c)](double e) { return e / std::sqrt(v + 1e-5); });
}
constexpr float alpha = 0.75f;
row dyt(const row& x) {
  return map(x, [](double e) { return std::tanh(alpha * e); });
}
row mean_deviation_norm(const row& x) {
  const row c = centered(x);
  return map(c, [d = mean_abs(c)](double e) { return e / (d + 1e-6); });
}
row clipped_norm(const row& x) {
  const row c = centered(x);
  const double reach = 3 * std::sqrt(mean_sq(c));
  const double spread = mean_sq(map(c, [reach](double e) { return std::clamp(e, -reach, reach); }));
  return map(c, [spread](double e) { return e / std::sqrt(spread + 1e-6); });
}

struct data {
  std::vector<float> x = std::vector<float>(T * C), weight = std::vector<float>(C), bias = std::vector<float>(C);
  data() {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 2654435761u % 1000) / 250 - 1;
    for (std::size_t t = 0; t < T; ++t) x[t * C + t] = outlier;
    for (std::size_t c = 0; c < C; ++c) weight[c] = 1 + static_cast<float>(c % 8) / 8;
    for (std::size_t c = 0; c < C; ++c) bias[c] = static_cast<float>(c % 5) / 4;
  }
};

// Compares y with weight * formula(x) + bias, and prints what is seen.
bool agrees(const char* name, normfold_status status, const std::vector<float>& y, const data& in,
            row (*formula)(const row&)) {
  if (status != NORMFOLD_OK) {
    std::printf("%s: %s\n", name, normfold_status_text(status));
    return false;
  }
  double difference = 0, inliers = 0;
  for (std::size_t t = 0; t < T; ++t) {
    const float* x = &in.x[t * C];
    const row normalized = formula(row(x, x + C));
    for (std::size_t c = 0; c < C; ++c) {
      const double expected = normalized[c] * in.weight[c] + in.bias[c];
      difference = std::fmax(difference, std::fabs(y[t * C + c] - expected) / std::fmax(1.0, std::fabs(expected)));
      if (c != t) inliers += std::fabs(normalized[c]) / (T * (C - 1));
    }
  }
  std::printf("%-20s %-14.2f %.1e\n", name, inliers, difference);
  return difference < tolerance;
}

}  // namespace

int main() {
  const data in;
  const float *x = in.x.data(), *weight = in.weight.data(), *bias = in.bias.data();
  std::vector<float> y(T * C);

  std::printf("%zu rows of %zu values between -1 and 3, and one of %g in each\n\n", T, C, static_cast<double>(outlier));
  std::printf("norm                 mean |y| of    largest difference\n");
  std::printf("                     the others     from double\n");
  bool good = agrees("layer_norm", layer_norm_f32(y.data(), x, weight, bias, T, C, nullptr), y, in, layer_norm);
  good &= agrees("dyt", dyt_f32(y.data(), x, &alpha, weight, bias, T, C, nullptr), y, in, dyt);
  good &= agrees("mean_deviation_norm", mean_deviation_norm_f32(y.data(), x, weight, bias, T, C, nullptr), y, in,
                 mean_deviation_norm);
  good &= agrees("clipped_norm", clipped_norm_f32(y.data(), x, weight, bias, T, C, nullptr), y, in, clipped_norm);
  return good ? 0 : 1;
}
