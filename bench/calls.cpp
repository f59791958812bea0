// Calls of a few elements, each timed by the thousand. A function is added with one line in measure_calls().
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "calls.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench {
namespace HWY_NAMESPACE {

void Nothing(const float* x) { asm volatile("" ::"r"(x) : "memory"); }

}  // namespace HWY_NAMESPACE
}  // namespace bench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <chrono>
#include <iomanip>
#include <ostream>
#include <stdexcept>
#include <vector>

#include "calls.hpp"
#include "normfold/runtime/status.h"
#include "statistics.hpp"

// Of the library of rows, whatever its name (layers/rows.cpp).
extern "C" {
normfold_status layer_norm_f32(float* y, const float* x, const float* weight, const float* bias, std::size_t T,
                               std::size_t C, const normfold_context* context);
normfold_status rms_norm_f32(float* y, const float* x, const float* weight, std::size_t T, std::size_t C,
                             const normfold_context* context);
}

namespace bench {

HWY_EXPORT(Nothing);

namespace {

// Nanoseconds of one call.
template <class F>
std::vector<double> samples_of(const F& call) {
  constexpr int kSamples = 201, kCalls = 2000;
  std::vector<double> samples;
  for (int s = 0; s < kSamples; ++s) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) call();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    samples.push_back(taken.count() / kCalls);
  }
  return samples;
}

void print(std::ostream& out, const char* what, const std::vector<double>& samples) {
  const spread s = spread_of(samples);
  out << std::left << std::setw(52) << what << std::right << std::fixed << std::setprecision(1) << std::setw(8)
      << s.median << "  (" << s.low << " to " << s.high << ")\n";
}

void require(normfold_status status) {
  if (status != NORMFOLD_OK) throw std::runtime_error(normfold_status_text(status));
}

}  // namespace

void measure_calls(std::ostream& out) {
  constexpr std::size_t kLongest = 64;
  std::vector<float> x(kLongest, 1), y(kLongest), weight(kLongest, 1), bias(kLongest);
  const auto layer_norm = [&](std::size_t rows, std::size_t n) {
    require(layer_norm_f32(y.data(), x.data(), weight.data(), bias.data(), rows, n, nullptr));
  };
  const auto rms_norm = [&](std::size_t rows, std::size_t n) {
    require(rms_norm_f32(y.data(), x.data(), weight.data(), rows, n, nullptr));
  };
  out << "nanoseconds a call, f32, one thread (quartiles)\n";
  print(out, "the checks of layer_norm_f32", samples_of([&] { layer_norm(0, 1); }));
  print(out, "a dispatch", samples_of([&] { HWY_DYNAMIC_DISPATCH(Nothing)(x.data()); }));
  print(out, "both", samples_of([&] {
          layer_norm(0, 1);
          HWY_DYNAMIC_DISPATCH(Nothing)(x.data());
        }));
  print(out, "layer_norm_f32, a row of 1", samples_of([&] { layer_norm(1, 1); }));
  print(out, "layer_norm_f32, a row of 64", samples_of([&] { layer_norm(1, kLongest); }));
  print(out, "rms_norm_f32, a row of 1", samples_of([&] { rms_norm(1, 1); }));
  print(out, "rms_norm_f32, a row of 64", samples_of([&] { rms_norm(1, kLongest); }));
}

}  // namespace bench

#endif  // HWY_ONCE
