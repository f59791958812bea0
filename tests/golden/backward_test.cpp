// Runs the golden gradients against the closed forms of the literature in plain double loops. To add one: its `rows`.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "batch_norm_backward.h"
#include "layer_norm_backward.h"
#include "rms_norm_backward.h"

namespace {

using floats = std::vector<float>;

floats random_floats(std::size_t n, unsigned seed, float low = -2, float high = 2) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> around(low, high);
  floats out(n);
  for (float& v : out) v = around(random);
  return out;
}

struct scratch {
  floats memory = floats(1 << 18);
  normfold_context context = normfold_default_context();
  scratch() {
    void* start = memory.data();
    std::size_t space = memory.size() * sizeof(float);
    std::align(NORMFOLD_WORKSPACE_ALIGNMENT, 1 << 19, start, space);
    context.workspace = start;
    context.workspace_bytes = space;
  }
};

// Which elements share their statistics, and where they find their weight.
struct rows {
  std::size_t count, length, weights;
  bool centred;
  std::function<std::size_t(std::size_t row, std::size_t i)> element, weight;
};

struct problem {
  floats x, dy, weight, mean, rstd;
  floats dx, dweight, dbias;
  std::vector<double> wanted_dx, wanted_dweight, wanted_dbias;
  double largest_dx = 0, largest_sum = 0;
};

// dx = rstd (g - mean(g) - xhat mean(g xhat)), g = dy weight; dweight = sum(dy xhat), dbias = sum(dy). Not centred:
// mean = 0, and mean(g) is left out. Frozen: dx = rstd g.
problem closed_form(const rows& r, bool frozen = false) {
  const std::size_t n = r.count * r.length;
  problem p{random_floats(n, 1),
            random_floats(n, 2),
            random_floats(r.weights, 3),
            floats(r.count),
            floats(r.count),
            floats(n),
            floats(r.weights),
            floats(r.weights),
            std::vector<double>(n),
            std::vector<double>(r.weights),
            std::vector<double>(r.weights)};
  for (std::size_t k = 0; k < r.count; ++k) {
    double mean = 0, square = 0, g_mean = 0, g_xhat = 0;
    for (std::size_t i = 0; i < r.length; ++i) mean += double{p.x[r.element(k, i)]} / static_cast<double>(r.length);
    if (!r.centred) mean = 0;
    for (std::size_t i = 0; i < r.length; ++i)
      square += std::pow(double{p.x[r.element(k, i)]} - mean, 2) / static_cast<double>(r.length);
    p.mean[k] = static_cast<float>(mean);
    p.rstd[k] = static_cast<float>(1 / std::sqrt(square + 1e-5));
    const double rstd = double{p.rstd[k]};
    mean = double{p.mean[k]};
    const auto each = [&](auto use) {
      for (std::size_t i = 0; i < r.length; ++i) {
        const std::size_t e = r.element(k, i), w = r.weight(k, i);
        use(e, w, double{p.dy[e]}, (double{p.x[e]} - mean) * rstd);
      }
    };
    each([&](std::size_t, std::size_t w, double dy, double xhat) {
      g_mean += r.centred && !frozen ? dy * double{p.weight[w]} / static_cast<double>(r.length) : 0;
      g_xhat += frozen ? 0 : dy * double{p.weight[w]} * xhat / static_cast<double>(r.length);
      p.wanted_dweight[w] += dy * xhat;
      p.wanted_dbias[w] += dy;
    });
    each([&](std::size_t e, std::size_t w, double dy, double xhat) {
      p.wanted_dx[e] = rstd * (dy * double{p.weight[w]} - g_mean - xhat * g_xhat);
      p.largest_dx = std::max(p.largest_dx, rstd * 4 * (2 + std::fabs(xhat)));  // |g| <= 4, mean |xhat| <= 1
    });
  }
  // Each parameter meets n / weights elements, and xhat is at most 4 / the deviation of uniform numbers.
  p.largest_sum = static_cast<double>(n / r.weights) * 2 * 4;
  return p;
}

// Sums of n terms in at least 8 lanes, and 20 roundings around them.
void check(const floats& got, const std::vector<double>& wanted, double largest, std::size_t n) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(std::fabs(double{got[i]} - wanted[i]) <= (static_cast<double>(n) / 8 + 20) * 0x1p-24 * largest);
}

void check(const problem& p, const rows& r) {
  check(p.dx, p.wanted_dx, p.largest_dx, r.length);
  check(p.dweight, p.wanted_dweight, p.largest_sum, p.x.size() / r.weights);
  if (r.centred) check(p.dbias, p.wanted_dbias, p.largest_sum, p.x.size() / r.weights);
}

}  // namespace

TEST_CASE("layer_norm_backward and rms_norm_backward") {
  scratch s;
  for (const std::size_t C : {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{257}}) {
    const auto element = [C](std::size_t row, std::size_t i) { return row * C + i; };
    const auto column = [](std::size_t, std::size_t i) { return i; };
    const rows centred{6, C, C, true, element, column}, plain{5, C, C, false, element, column};
    problem p = closed_form(centred);
    REQUIRE(layer_norm_backward_f32(p.dx.data(), p.dweight.data(), p.dbias.data(), p.dy.data(), p.x.data(),
                                    p.mean.data(), p.rstd.data(), p.weight.data(), 2, 3, C, &s.context) == NORMFOLD_OK);
    check(p, centred);
    p = closed_form(plain);
    REQUIRE(rms_norm_backward_f32(p.dx.data(), p.dweight.data(), p.dy.data(), p.x.data(), p.rstd.data(),
                                  p.weight.data(), 5, C, &s.context) == NORMFOLD_OK);
    check(p, plain);
  }
}

TEST_CASE("batch_norm_backward, and with frozen statistics") {
  scratch s;
  const std::size_t N = 3, C = 4;
  for (const std::size_t HW : {std::size_t{1}, std::size_t{15}, std::size_t{300}}) {
    const auto element = [&](std::size_t c, std::size_t i) { return (i / HW * C + c) * HW + i % HW; };
    const rows r{C, N * HW, C, true, element, [](std::size_t c, std::size_t) { return c; }};
    problem p = closed_form(r);
    REQUIRE(batch_norm_backward_f32(p.dx.data(), p.dweight.data(), p.dbias.data(), p.dy.data(), p.x.data(),
                                    p.mean.data(), p.rstd.data(), p.weight.data(), N, C, HW, 1,
                                    &s.context) == NORMFOLD_OK);
    check(p, r);
    p = closed_form(r, true);
    floats var(C);
    for (std::size_t c = 0; c < C; ++c) var[c] = static_cast<float>(1 / (double{p.rstd[c]} * double{p.rstd[c]}) - 1e-5);
    REQUIRE(batch_norm_backward_frozen_f32(p.dx.data(), p.dweight.data(), p.dbias.data(), p.dy.data(), p.x.data(),
                                           p.mean.data(), var.data(), p.weight.data(), N, C, HW, 1,
                                           &s.context) == NORMFOLD_OK);
    check(p, r);
  }
}
