// What theory says about gradients of norms, as properties: directions along which a norm is blind have no gradient.
#include <doctest/doctest.h>

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

#include <cmath>

#include "check.hpp"
#include "lower.hpp"

namespace normfold::gradient_tests {
namespace {

using namespace normfold::axes;

// With eps = 0, so that scaling x changes nothing at all.
constexpr auto layer_0 = layer<"layer_0">(T, C) | over(C) | center | scale(eps = 0) | affine(C);
constexpr auto rms_0 = layer<"rms_0">(T, C) | over(C) | scale(eps = 0) | gain(C);
constexpr auto batch_0 = layer<"batch_0">(N, C, H) | over(N, H) | center | scale(eps = 0) | affine(C);
constexpr auto group_0 = layer<"group_0">(N, C, H) | over(C / 2, H) | center | scale(eps = 0) | affine(C);

// The sum of dx * v over each slice of rows of `length` elements that are neighbours.
std::vector<long double> along(const std::vector<long double>& dx, const std::vector<long double>& v, std::size_t length) {
  std::vector<long double> sums(dx.size() / length);
  for (std::size_t i = 0; i < dx.size(); ++i) sums[i / length] += dx[i] * v[i];
  return sums;
}

bool all_zero(const std::vector<long double>& values) {
  for (const long double v : values)
    if (std::fabs(v) > 1e-15L) return false;
  return true;
}

std::vector<long double> ones(std::size_t n) { return std::vector<long double>(n, 1.0L); }

TEST_CASE("the gradient is orthogonal to x where scaling x changes nothing, to 1 where shifting it changes nothing") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const point rms = ordinary(lower(rms_0), {{"T", 3}, {"C", 7}}, seed);
    CHECK(all_zero(along(derived(rms).at("dx"), rms.values.at("x"), 7)));
    const point ln = ordinary(lower(layer_0), {{"T", 3}, {"C", 7}}, seed);
    CHECK(all_zero(along(derived(ln).at("dx"), ln.values.at("x"), 7)));
    CHECK(all_zero(along(derived(ln).at("dx"), ones(21), 7)));
    const point gn = ordinary(lower(group_0), {{"N", 2}, {"C", 6}, {"H", 3}}, seed);
    CHECK(all_zero(along(derived(gn).at("dx"), gn.values.at("x"), 9)));
    CHECK(all_zero(along(derived(gn).at("dx"), ones(36), 9)));
  }
}

TEST_CASE("BatchNorm's gradient sums to 0 over each channel, and is orthogonal to it") {
  const point at = ordinary(lower(batch_0), {{"N", 3}, {"C", 2}, {"H", 4}});
  const std::vector<long double> dx = derived(at).at("dx"), x = at.values.at("x");
  for (std::size_t c = 0; c < 2; ++c) {
    long double sum = 0, dot = 0;
    for (std::size_t n = 0; n < 3; ++n)
      for (std::size_t h = 0; h < 4; ++h) {
        const std::size_t i = (n * 2 + c) * 4 + h;
        sum += dx[i];
        dot += dx[i] * x[i];
      }
    CHECK(std::fabs(sum) < 1e-15L);
    CHECK(std::fabs(dot) < 1e-15L);
  }
}

// x * 8 with eps = 0: y is the same, dx an eighth.
TEST_CASE("the gradient of a scale invariant norm falls as x grows") {
  point at = ordinary(lower(layer_0), {{"T", 3}, {"C", 7}});
  const buffers before = derived(at);
  for (long double& v : at.values.at("x")) v *= 8;
  const buffers after = derived(at);
  for (std::size_t i = 0; i < 21; ++i) CHECK(std::fabs(after.at("dx")[i] * 8 - before.at("dx")[i]) < 1e-15L);
  for (std::size_t c = 0; c < 7; ++c) CHECK(std::fabs(after.at("dweight")[c] - before.at("dweight")[c]) < 1e-15L);
}

TEST_CASE("constant rows, and rows of zeros, have finite gradients") {
  layers::for_each_ready_made([](const auto& each) {
    const ir::graph g = lower(each);
    for (const long double value : {3.0L, 0.0L}) {
      point at = ordinary(g, small_extents(g));
      for (long double& v : at.values.at("x")) v = value;
      for (const gen::statistics from : {gen::statistics::saved, gen::statistics::recomputed})
        for (const auto& gradient : derived(at, from))
          for (const long double v : gradient.second)
            CHECK_MESSAGE(std::isfinite(v), g.name << " " << gradient.first << " at " << static_cast<double>(value));
    }
  });
}

}  // namespace
}  // namespace normfold::gradient_tests
