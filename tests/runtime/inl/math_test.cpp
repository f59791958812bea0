// The functions of math-inl.h on every target: accuracy against a wider type, special values, equal bits where targets
// fuse multiply and add. A function is added with one row in FUNCTIONS and one case in Apply.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math_test.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>
#include <normfold/runtime/math-inl.h>

#ifndef NORMFOLD_MATH_TEST_ONCE
#define NORMFOLD_MATH_TEST_ONCE
namespace normfold::inl_test {
enum class function { exp, log, tanh, sigmoid, erf };
}  // namespace normfold::inl_test
#endif

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {

// n is a multiple of 64.
template <typename T>
void Apply(inl_test::function function, const T* in, T* out, size_t n) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto x = hn::LoadU(d, in + i);
    switch (function) {
      case inl_test::function::exp: hn::StoreU(Exp(d, x), d, out + i); break;
      case inl_test::function::log: hn::StoreU(Log(d, x), d, out + i); break;
      case inl_test::function::tanh: hn::StoreU(Tanh(d, x), d, out + i); break;
      case inl_test::function::sigmoid: hn::StoreU(Sigmoid(d, x), d, out + i); break;
      case inl_test::function::erf: hn::StoreU(Erf(d, x), d, out + i); break;
    }
  }
}

void ApplyFloat(inl_test::function f, const float* in, float* out, size_t n) { Apply(f, in, out, n); }
void ApplyDouble(inl_test::function f, const double* in, double* out, size_t n) { Apply(f, in, out, n); }

// (1 + e)^2 - (1 + 2 e) is e^2 in one rounding and 0 in two.
bool FusesMultiplyAdd() {
  const hn::ScalableTag<float> d;
  const auto x = hn::Set(d, 1 + 0x1p-23f);
  return hn::GetLane(hn::MulAdd(x, x, hn::Set(d, -1 - 0x1p-22f))) != 0;
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "targets.hpp"

namespace normfold {

HWY_EXPORT(ApplyFloat);
HWY_EXPORT(ApplyDouble);
HWY_EXPORT(FusesMultiplyAdd);

namespace inl_test {

template <typename W>
W sigmoid(W x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

// The limits are the largest errors in units in the last place, as math-inl.h states them.
struct row {
  function id;
  const char* name;
  double (*of_double)(double);
  long double (*of_long_double)(long double);
  double limit_float, limit_double;
  double interesting;  // most samples lie within +-interesting
};

const row FUNCTIONS[] = {
    {function::exp, "exp", std::exp, std::exp, 1.05, 1.05, 760},
    {function::log, "log", std::log, std::log, 0.85, 0.85, 4},
    {function::tanh, "tanh", std::tanh, std::tanh, 2.7, 2.7, 20},
    {function::sigmoid, "sigmoid", sigmoid<double>, sigmoid<long double>, 2.5, 2.5, 760},
    {function::erf, "erf", std::erf, std::erf, 1.6, 1.6, 6},
};

void apply(function f, const std::vector<float>& in, std::vector<float>& out) {
  HWY_DYNAMIC_DISPATCH(ApplyFloat)(f, in.data(), out.data(), in.size());
}
void apply(function f, const std::vector<double>& in, std::vector<double>& out) {
  HWY_DYNAMIC_DISPATCH(ApplyDouble)(f, in.data(), out.data(), in.size());
}

// Random bits give every magnitude, the rest lie evenly in +-reach, +-1 and 0.5 to 2.
template <typename T>
std::vector<T> samples(double reach, size_t count) {
  using bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> even(-1, 1);
  std::vector<T> values;
  while (values.size() < count) {
    const T any = std::bit_cast<T>(static_cast<bits>(random()));
    values.push_back(std::isfinite(any) ? any : T{0});
    values.push_back(static_cast<T>(reach * even(random)));
    values.push_back(static_cast<T>(even(random)));
    values.push_back(static_cast<T>(1.25 + 0.75 * even(random)));
  }
  return values;
}

template <typename T, typename W>
double error_in_ulps(T got, W wanted) {
  if (std::isnan(wanted)) return std::isnan(got) ? 0 : INFINITY;
  const T rounded = static_cast<T>(wanted);
  if (std::isinf(rounded) || std::isinf(got)) return got == rounded ? 0 : INFINITY;
  const int smallest = std::numeric_limits<T>::min_exponent - 1;
  const int exponent = wanted == 0 ? smallest : std::max(std::ilogb(wanted), smallest);
  const W unit = std::ldexp(W{1}, exponent - (std::numeric_limits<T>::digits - 1));
  return static_cast<double>(std::fabs(static_cast<W>(got) - wanted) / unit);
}

template <typename T, typename W>
void check_accuracy(const row& f, W (*reference)(W), double limit, size_t count) {
  const std::vector<T> in = samples<T>(f.interesting, count);
  std::vector<W> wanted;
  for (const T x : in) wanted.push_back(reference(static_cast<W>(x)));
  on_every_target([&] {
    std::vector<T> out(in.size());
    apply(f.id, in, out);
    double worst = 0;
    T where = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      const double error = error_in_ulps(out[i], wanted[i]);
      if (error > worst) worst = error, where = in[i];
    }
    INFO(std::string(f.name), " at ", where);
    CHECK(worst <= limit);
  });
}

TEST_CASE("functions of float are accurate") {
  for (const row& f : FUNCTIONS) check_accuracy<float, double>(f, f.of_double, f.limit_float, 1 << 19);
}

TEST_CASE("functions of double are accurate") {
  for (const row& f : FUNCTIONS) check_accuracy<double, long double>(f, f.of_long_double, f.limit_double, 1 << 17);
}

template <typename T>
void check_special_values() {
  using limits = std::numeric_limits<T>;
  const T inf = limits::infinity();
  const T nan = limits::quiet_NaN();
  const T tiny = limits::denorm_min();
  const T huge = limits::max();
  struct special {
    function f;
    T x, y;
  };
  const special values[] = {
      // clang-format off
      {function::exp, inf, inf},       {function::exp, -inf, 0},      {function::exp, huge, inf},
      {function::exp, -huge, 0},       {function::exp, nan, nan},     {function::exp, 0, 1},
      {function::exp, T(-0.0), 1},     {function::exp, tiny, 1},      {function::log, 0, -inf},
      {function::log, T(-0.0), -inf},  {function::log, -1, nan},      {function::log, -inf, nan},
      {function::log, -tiny, nan},     {function::log, inf, inf},     {function::log, nan, nan},
      {function::log, 1, 0},           {function::tanh, inf, 1},      {function::tanh, -inf, -1},
      {function::tanh, nan, nan},      {function::tanh, 0, 0},        {function::tanh, T(-0.0), T(-0.0)},
      {function::tanh, tiny, tiny},    {function::tanh, huge, 1},     {function::sigmoid, inf, 1},
      {function::sigmoid, -inf, 0},    {function::sigmoid, nan, nan}, {function::sigmoid, 0, T(0.5)},
      {function::sigmoid, huge, 1},    {function::sigmoid, -huge, 0}, {function::erf, inf, 1},
      {function::erf, -inf, -1},       {function::erf, nan, nan},     {function::erf, 0, 0},
      {function::erf, T(-0.0), T(-0.0)}, {function::erf, tiny, tiny}, {function::erf, -huge, -1},
      // clang-format on
  };
  on_every_target([&] {
    for (const special& s : values) {
      const std::vector<T> in(64, s.x);
      std::vector<T> out(64);
      apply(s.f, in, out);
      CAPTURE(static_cast<int>(s.f));
      CAPTURE(s.x);
      for (const T y : out) {
        const bool same = std::isnan(s.y) ? std::isnan(y) : y == s.y && std::signbit(y) == std::signbit(s.y);
        if (!same) CHECK(y == s.y);
      }
    }
  });
}

TEST_CASE_TEMPLATE("special values", T, float, double) { check_special_values<T>(); }

template <typename T>
void check_fused_targets_agree() {
  for (const row& f : FUNCTIONS) {
    const std::vector<T> in = samples<T>(f.interesting, 1 << 16);
    std::vector<T> first;
    on_every_target([&] {
      if (!HWY_DYNAMIC_DISPATCH(FusesMultiplyAdd)()) return;
      std::vector<T> out(in.size());
      apply(f.id, in, out);
      for (T& y : out) {
        if (std::isnan(y)) y = std::numeric_limits<T>::quiet_NaN();
      }
      if (first.empty()) first = out;
      INFO(std::string(f.name));
      CHECK(std::memcmp(first.data(), out.data(), out.size() * sizeof(T)) == 0);
    });
  }
}

TEST_CASE_TEMPLATE("targets that fuse multiply and add give equal bits", T, float, double) {
  check_fused_targets_agree<T>();
}

}  // namespace inl_test
}  // namespace normfold

#endif  // HWY_ONCE
