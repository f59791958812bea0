// What theory says about gradients of norms, as properties: directions along which a norm is blind have no gradient.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

#include "check.hpp"
#include "lower.hpp"

namespace normfold::gradient_tests {
namespace {

using namespace normfold::axes;

// A norm with eps = 0, so that theory holds exactly, and what may be done to a slice of x without changing y.
struct blind {
  ir::graph layer;
  bool to_scale, to_shift;
};

std::vector<blind> norms() {
  constexpr auto rows = [](auto layer) { return layer | over(C); };
  constexpr auto plain = scale(eps = 0);
  const auto length = [](auto x) { return x / sqrt(sum(sq(x))); };
  const auto spread = [](auto x) { return (x - min(x)) / (max(x) - min(x)); };
  const auto largest = [](auto x) { return x / max(abs(x)); };
  return {{lower(rows(layer<"layer">(T, C)) | center | plain | affine(C)), true, true},
          {lower(rows(layer<"rms">(T, C)) | plain | gain(C)), true, false},
          {lower(layer<"p_rms">(T, C) | over(first(50_percent, C)) | plain | gain(C)), true, false},
          {lower(layer<"batch">(N, C, H) | over(N, H) | center | plain | affine(C)), true, true},
          {lower(layer<"group">(N, C, H) | over(C / 2, H) | center | plain | affine(C)), true, true},
          {lower(layer<"instance">(N, C, H) | over(H) | center | plain | affine(C)), true, true},
          {lower(rows(layer<"centred">(T, C)) | center | gain(C)), false, true},
          {lower(rows(layer<"length">(T, C)) | length), true, false},
          {lower(rows(layer<"spread">(T, C)) | spread), true, true},
          {lower(rows(layer<"largest">(T, C)) | largest), true, false},
          {lower(layers::softmax), false, true}};
}

struct slices {
  std::vector<std::size_t> of;  ///< of each element of x
  std::size_t count = 0;
};

// What shares statistics: all that the layer reduces over, whole where only a leading part is taken.
slices slices_of(const point& at) {
  ir::atom_set over = 0;
  for (const ir::node& n : at.layer.nodes) over |= n.over;
  const std::vector<std::size_t> extents = oracle::atom_extents(at.layer, at.extents);
  const ir::atom_set all = (ir::atom_set{1} << extents.size()) - 1;
  return {oracle::broadcast(all & ~over, all, extents), oracle::elements(all & ~over, extents)};
}

std::vector<long double> evaluated(const point& at) {
  return oracle::evaluate({.graph = at.layer, .extents = at.extents, .buffers = at.values}).at("y").value;
}

point moved(point at, const slices& s, bool scales, bool shifts) {
  std::vector<long double>& x = at.values.at("x");
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double slice = static_cast<long double>(s.of[i]);
    x[i] = (scales ? 0.75L + slice : 1) * x[i] + (shifts ? 0.5L - 3 * slice : 0);
  }
  return at;
}

// The largest |a - factor * b|, factors by slice.
long double apart(const std::vector<long double>& a, const std::vector<long double>& b, const slices& s, bool scaled) {
  long double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::max(most, std::fabs(a[i] - (scaled ? 0.75L + static_cast<long double>(s.of[i]) : 1) * b[i]));
  return most;
}

point drawn(const ir::graph& layer, std::uint64_t seed) {
  oracle::sizes sizes;
  for (const ir::axis& axis : layer.axes) sizes[axis.name] = axis.name == "C" ? 6 : 3;
  return ordinary(layer, sizes, seed);
}

constexpr long double exactly = 1e-14L;

TEST_CASE("y does not see what theory says it does not see, and sees the rest") {
  for (const blind& norm : norms())
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(norm.layer.name);
      const point at = drawn(norm.layer, seed);
      const slices s = slices_of(at);
      const std::vector<long double> y = evaluated(at);
      CHECK((apart(evaluated(moved(at, s, true, false)), y, s, false) < exactly) == norm.to_scale);
      CHECK((apart(evaluated(moved(at, s, false, true)), y, s, false) < exactly) == norm.to_shift);
    }
}

// x * a: y and the gradients of parameters are the same, dx is 1 / a of what it was. x + b: all are the same.
TEST_CASE("gradients follow: dx falls as x grows, and parameters see no difference") {
  for (const blind& norm : norms())
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(norm.layer.name);
      const point at = drawn(norm.layer, seed);
      const slices s = slices_of(at);
      const buffers before = derived(at), after = derived(moved(at, s, norm.to_scale, norm.to_shift));
      for (const auto& each : before) {
        const std::vector<long double>& now = after.at(each.first);
        if (each.first == "dx") {
          CHECK(apart(each.second, now, s, norm.to_scale) < exactly);
          continue;
        }
        for (std::size_t i = 0; i < now.size(); ++i) CHECK(std::fabs(each.second[i] - now[i]) < exactly);
      }
    }
}

TEST_CASE("in each slice dx is orthogonal to x where scaling changes nothing, to 1 where shifting changes nothing") {
  for (const blind& norm : norms())
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(norm.layer.name);
      const point at = drawn(norm.layer, seed);
      const slices s = slices_of(at);
      const std::vector<long double> dx = derived(at).at("dx"), &x = at.values.at("x");
      std::vector<long double> along_x(s.count), along_1(s.count);
      for (std::size_t i = 0; i < x.size(); ++i) {
        along_x[s.of[i]] += dx[i] * x[i];
        along_1[s.of[i]] += dx[i];
      }
      for (std::size_t k = 0; k < s.count; ++k) {
        CHECK((std::fabs(along_x[k]) < exactly) == norm.to_scale);
        CHECK((std::fabs(along_1[k]) < exactly) == norm.to_shift);
      }
    }
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
