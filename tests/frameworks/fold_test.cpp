// Folding BatchNorm into the layer in front of it: the folded layer alone equals that layer followed by the generated
// evaluation, for each layout that fold.h names, in double and float. A layout is one line of `layouts`.
#include <doctest/doctest.h>
#include <normfold/runtime/fold.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "running_norms.h"

namespace {

template <class T>
std::vector<T> noise(std::size_t n, unsigned seed, double low = -1, double high = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<T> v(n);
  for (T& each : v) each = static_cast<T>(uniform(random));
  return v;
}

normfold_status fold(float* w, float* b, const float* from, const float* bias, const float* mean, const float* var,
                     const float* scale, const float* shift, std::size_t outer, std::size_t channels,
                     std::size_t inner) {
  return normfold_fold_batch_norm_f32(w, b, from, bias, mean, var, scale, shift, 1e-5, outer, channels, inner);
}
normfold_status fold(double* w, double* b, const double* from, const double* bias, const double* mean,
                     const double* var, const double* scale, const double* shift, std::size_t outer,
                     std::size_t channels, std::size_t inner) {
  return normfold_fold_batch_norm_f64(w, b, from, bias, mean, var, scale, shift, 1e-5, outer, channels, inner);
}

// A convolution of 3 x 3 taps, padded by 1, of I channels to O in g groups over a 5 x 4 image; H = W = 1 tap is a
// matrix.
struct layout {
  const char* name;
  std::size_t in, out, groups, taps;
  bool transposed, channels_last;
  std::size_t outer, inner;
};
const layout layouts[] = {{"[O, I, H, W]", 3, 4, 1, 3, false, false, 1, 3 * 9},
                          {"[O, I / g, H, W], depthwise", 4, 4, 4, 3, false, false, 1, 9},
                          {"[H, W, I, O]", 3, 4, 1, 3, false, true, 9 * 3, 1},
                          {"transposed [I, O, H, W]", 3, 4, 1, 3, true, false, 3, 9},
                          {"matrix [O, I]", 7, 5, 1, 1, false, false, 1, 7},
                          {"matrix [I, O]", 7, 5, 1, 1, false, true, 7, 1}};
constexpr std::size_t N = 2, H = 5, W = 4;

// Calls use(element of the output, of the input, of the weights) for each product of the layer. A transposed
// convolution of stride 1 has its taps the other way round.
template <class Use>
void for_each_product(const layout& l, const Use& use) {
  const std::size_t k = l.taps, per_group = l.in / l.groups;
  for (std::size_t n = 0; n < N; ++n)
    for (std::size_t o = 0; o < l.out; ++o)
      for (std::size_t p = 0; p < per_group; ++p)
        for (std::size_t tap = 0; tap < k * k; ++tap)
          for (std::size_t y = 0; y < H; ++y)
            for (std::size_t x = 0; x < W; ++x) {
              const std::size_t i = o / (l.out / l.groups) * per_group + p, r = tap / k, s = tap % k;
              const std::size_t v = l.transposed ? y + k / 2 - r : y + r - k / 2,
                                u = l.transposed ? x + k / 2 - s : x + s - k / 2;
              if (v >= H || u >= W) continue;  // the padding
              const std::size_t weight = l.channels_last ? (tap * per_group + p) * l.out + o
                                         : l.transposed  ? (i * l.out + o) * k * k + tap
                                                         : (o * per_group + p) * k * k + tap;
              use(((n * l.out + o) * H + y) * W + x, ((n * l.in + i) * H + v) * W + u, weight);
            }
}

template <class T>
std::vector<double> run(const layout& l, const std::vector<T>& x, const std::vector<T>& weight,
                        const std::vector<T>& bias, bool sizes = false) {
  std::vector<double> z(N * l.out * H * W);
  const auto size = [&](double v) { return sizes ? std::fabs(v) : v; };
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = size(bias.empty() ? 0 : bias[i / (H * W) % l.out]);
  for_each_product(l, [&](std::size_t to, std::size_t from, std::size_t w) {
    z[to] += size(static_cast<double>(x[from]) * static_cast<double>(weight[w]));
  });
  return z;
}

template <class T>
std::vector<double> widened(const std::vector<T>& v) {
  return {v.begin(), v.end()};
}

template <class T>
void check(const layout& l, bool plain, bool in_place) {
  CAPTURE(std::string(l.name));
  const std::vector<T> x = noise<T>(N * l.in * H * W, 1), weight = noise<T>(l.outer * l.out * l.inner, 2);
  const std::vector<T> bias = plain ? std::vector<T>{} : noise<T>(l.out, 3), scale = noise<T>(l.out, 4, -2, 2);
  const std::vector<T> shift = noise<T>(l.out, 5), mean = noise<T>(l.out, 6, -3, 3), var = noise<T>(l.out, 7, 0.1, 4);
  const std::vector<T> ones(l.out, 1), zeros(l.out, 0);
  std::vector<T> folded = in_place ? weight : std::vector<T>(weight.size()), folded_bias(l.out);
  if (in_place && !plain) folded_bias = bias;
  REQUIRE(fold(folded.data(), folded_bias.data(), in_place ? folded.data() : weight.data(),
               plain      ? nullptr
               : in_place ? folded_bias.data()
                          : bias.data(),
               mean.data(), var.data(), plain ? nullptr : scale.data(), plain ? nullptr : shift.data(), l.outer, l.out,
               l.inner) == NORMFOLD_OK);

  const std::vector<double> z = run(l, x, weight, bias), size = run(l, x, weight, bias, true),
                            got = run(l, x, folded, folded_bias);
  std::vector<double> want(z.size());
  REQUIRE(torch_batch_f64(want.data(), z.data(), widened(mean).data(), widened(var).data(),
                          widened(plain ? ones : scale).data(), widened(plain ? zeros : shift).data(), N, l.out, H, W,
                          nullptr) == NORMFOLD_OK);
  const double unit = std::numeric_limits<T>::epsilon() / 2,
               additions = static_cast<double>(l.in * l.taps * l.taps) + 12;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const std::size_t c = i / (H * W) % l.out;
    const double a =
        std::fabs((plain ? 1.0 : static_cast<double>(scale[c])) / std::sqrt(static_cast<double>(var[c]) + 1e-5));
    const double terms = (size[i] + std::fabs(static_cast<double>(mean[c]))) * a +
                         (plain ? 0 : std::fabs(static_cast<double>(shift[c])));
    // A rounding of each folded value, in T; the rest is computed in double on both sides.
    if (!(std::fabs(got[i] - want[i]) <= (unit + 2 * additions * 0x1p-53) * terms)) {
      FAIL_CHECK("element " << i << " is " << got[i] << " instead of " << want[i]);
      return;
    }
  }
}

TEST_CASE("the folded layer equals the layer and BatchNorm behind it") {
  for (const layout& l : layouts)
    for (const bool plain : {false, true})
      for (const bool in_place : {false, true}) {
        check<double>(l, plain, in_place);
        check<float>(l, plain, in_place);
      }
}

TEST_CASE("mistakes are statuses, and nothing is written") {
  const std::vector<float> weight = noise<float>(12, 1), given(4, 1.0f);
  std::vector<float> out(16, 7.0f);
  const auto call = [&](float* w, float* b, const float* from, const float* mean, std::size_t channels = 4,
                        std::size_t inner = 3) {
    return fold(w, b, from, nullptr, mean, given.data(), nullptr, nullptr, 1, channels, inner);
  };
  const std::vector<float> before = out;
  CHECK(call(nullptr, &out[12], weight.data(), given.data()) == NORMFOLD_NULL_POINTER);
  CHECK(call(&out[0], nullptr, weight.data(), given.data()) == NORMFOLD_NULL_POINTER);
  CHECK(call(&out[0], &out[12], nullptr, given.data()) == NORMFOLD_NULL_POINTER);
  CHECK(call(&out[0], &out[12], weight.data(), nullptr) == NORMFOLD_NULL_POINTER);
  CHECK(call(&out[0], &out[11], weight.data(), given.data()) == NORMFOLD_OVERLAP);
  CHECK(call(&out[0], &out[12], &out[1], given.data()) == NORMFOLD_OVERLAP);
  CHECK(call(&out[0], &out[12], weight.data(), &out[12]) == NORMFOLD_OVERLAP);
  CHECK(call(&out[0], &out[12], weight.data(), given.data(), SIZE_MAX / 4, 3) == NORMFOLD_TOO_LARGE);
  CHECK(out == before);
  CHECK(call(nullptr, nullptr, nullptr, nullptr, 0) == NORMFOLD_OK);
  CHECK(call(nullptr, &out[12], nullptr, given.data(), 4, 0) == NORMFOLD_OK);  // a layer of no weights is its bias
}

}  // namespace
