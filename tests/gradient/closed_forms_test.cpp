// The gradients of three norms against the closed forms of the literature, written out here element by element.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

#include "check.hpp"
#include "lower.hpp"

namespace normfold::gradient_tests {
namespace {

constexpr double tolerance = 1e-15;

bool near(const std::vector<long double>& a, const std::vector<long double>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::fabs(a[i] - b[i]) <= tolerance * (1 + std::fabs(b[i])))) return false;
  return true;
}

/// What one layer's tensors look like as rows of elements that share their statistics.
struct rows {
  std::size_t count, length;
  std::function<std::size_t(std::size_t row, std::size_t i)> element;  ///< in x
  std::function<std::size_t(std::size_t row, std::size_t i)> weight;
};

// dx = rstd (g - mean(g) - xhat mean(g xhat)), g = dy w; dweight = sum(dy xhat), dbias = sum(dy). Without centre (RMS) mean(g)
// is left out, and xhat = x rstd.
buffers closed_form(const point& at, const rows& r, double eps, bool centred) {
  const std::vector<long double>&x = at.values.at("x"), &dy = at.values.at("dy"), &w = at.values.at("weight");
  buffers made{{"dx", std::vector<long double>(x.size())}, {"dweight", std::vector<long double>(w.size())}};
  if (centred) made["dbias"].resize(w.size());
  const auto n = static_cast<long double>(r.length);
  for (std::size_t k = 0; k < r.count; ++k) {
    long double mean = 0, square = 0, g_mean = 0, g_xhat = 0;
    for (std::size_t i = 0; centred && i < r.length; ++i) mean += x[r.element(k, i)] / n;
    for (std::size_t i = 0; i < r.length; ++i) square += std::pow(x[r.element(k, i)] - mean, 2.0L) / n;
    const long double rstd = 1 / std::sqrt(square + eps);
    for (std::size_t i = 0; i < r.length; ++i) {
      const std::size_t e = r.element(k, i), c = r.weight(k, i);
      const long double xhat = (x[e] - mean) * rstd;
      if (centred) g_mean += dy[e] * w[c] / n;
      g_xhat += dy[e] * w[c] * xhat / n;
      made["dweight"][c] += dy[e] * xhat;
      if (centred) made["dbias"][c] += dy[e];
    }
    for (std::size_t i = 0; i < r.length; ++i) {
      const std::size_t e = r.element(k, i);
      made["dx"][e] = rstd * (dy[e] * w[r.weight(k, i)] - g_mean - (x[e] - mean) * rstd * g_xhat);
    }
  }
  return made;
}

void check(const point& at, const rows& r, double eps, bool centred) {
  const buffers wanted = closed_form(at, r, eps, centred);
  for (const gen::statistics from : {gen::statistics::saved, gen::statistics::recomputed}) {
    const buffers got = derived(at, from);
    CHECK(got.size() == wanted.size());
    for (const auto& each : wanted)
      CHECK_MESSAGE(near(got.at(each.first), each.second), at.layer.name << " " << each.first);
  }
}

TEST_CASE("LayerNorm") {
  const rows r{6, 5, [](std::size_t row, std::size_t i) { return row * 5 + i; },
               [](std::size_t, std::size_t i) { return i; }};
  check(ordinary(lower(layers::layer_norm), {{"N", 2}, {"T", 3}, {"C", 5}}), r, 1e-5, true);
}

TEST_CASE("RMSNorm") {
  const rows r{3, 7, [](std::size_t row, std::size_t i) { return row * 7 + i; },
               [](std::size_t, std::size_t i) { return i; }};
  check(ordinary(lower(layers::rms_norm), {{"T", 3}, {"C", 7}}), r, 1e-6, false);
}

TEST_CASE("BatchNorm") {
  const auto element = [](std::size_t c, std::size_t i) {
    return (i / 20 * 3 + c) * 20 + i % 20;
  };  // N 2, C 3, H 4, W 5
  const rows r{3, 40, element, [](std::size_t c, std::size_t) { return c; }};
  check(ordinary(lower(layers::batch_norm), {{"N", 2}, {"C", 3}, {"H", 4}, {"W", 5}}), r, 1e-5, true);
}

// BatchNorm with frozen statistics is affine: dx = dy w rstd.
TEST_CASE("BatchNorm with frozen statistics") {
  const point at = ordinary(lower(layers::batch_norm), {{"N", 2}, {"C", 3}, {"H", 4}, {"W", 5}});
  const buffers got = derived(at, gen::statistics::frozen);
  std::vector<long double> dx(120), dweight(3), dbias(3);
  for (std::size_t i = 0; i < 120; ++i) {
    const std::size_t c = i / 20 % 3;
    const long double rstd = 1 / std::sqrt(at.values.at("running_var")[c] + 1e-5);
    const long double dy = at.values.at("dy")[i];
    dx[i] = dy * at.values.at("weight")[c] * rstd;
    dweight[c] += dy * (at.values.at("x")[i] - at.values.at("running_mean")[c]) * rstd;
    dbias[c] += dy;
  }
  CHECK(near(got.at("dx"), dx));
  CHECK(near(got.at("dweight"), dweight));
  CHECK(near(got.at("dbias"), dbias));
}

// softmax: dx = y (dy - sum(dy y)); the gradient of the maximum that is taken off cancels exactly.
TEST_CASE("softmax") {
  const point at = ordinary(lower(layers::softmax), {{"T", 2}, {"C", 5}});
  const std::vector<long double>&x = at.values.at("x"), &dy = at.values.at("dy");
  std::vector<long double> dx(10);
  for (std::size_t t = 0; t < 2; ++t) {
    long double sum = 0, dot = 0;
    for (std::size_t c = 0; c < 5; ++c) sum += std::exp(x[t * 5 + c]);
    for (std::size_t c = 0; c < 5; ++c) dot += dy[t * 5 + c] * std::exp(x[t * 5 + c]) / sum;
    for (std::size_t c = 0; c < 5; ++c) dx[t * 5 + c] = std::exp(x[t * 5 + c]) / sum * (dy[t * 5 + c] - dot);
  }
  CHECK(near(derived(at).at("dx"), dx));
}

}  // namespace
}  // namespace normfold::gradient_tests
