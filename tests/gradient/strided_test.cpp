// Gradients of strided tensors: rows inside packed ones equal a dense call on copies of them, and what lies between the
// rows stays as it was. Sums over rows may be cut elsewhere, so that they agree to rounding, not bit by bit.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "dense_gradients.h"
#include "strided_gradients.h"

namespace {

using values = std::vector<float>;

values noise(std::size_t n, unsigned seed, float low = -1, float high = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  values v(n);
  for (float& each : v) each = uniform(random);
  return v;
}

struct scratch {
  values memory = values(1 << 16);
  normfold_context context = normfold_default_context();
  scratch() {
    void* start = memory.data();
    std::size_t space = memory.size() * sizeof(float);
    std::align(NORMFOLD_WORKSPACE_ALIGNMENT, 1 << 17, start, space);
    context.workspace = start;
    context.workspace_bytes = space;
  }
};

// Rows of C elements of [A, B, C] inside memory whose neighbours along A and B are further apart.
struct rows {
  std::size_t a, b, c, stride_a, stride_b;
  std::size_t place(std::size_t row) const { return row / b * stride_a + row % b * stride_b; }
  std::size_t size() const { return a * stride_a; }
  values packed(const values& dense, float between) const {
    values all(size(), between);
    for (std::size_t i = 0; i < dense.size(); ++i) all[place(i / c) + i % c] = dense[i];
    return all;
  }
};

// No element farther than the roundings of `terms` sums of at most `largest` explain.
void check(const values& got, const values& want, double terms, double largest) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= 2 * (terms + 16) * 0x1p-24 * largest)) {
      FAIL_CHECK("element " << i << " is " << got[i] << " instead of " << want[i]);
      return;
    }
}

}  // namespace

TEST_CASE("queries inside a packed tensor, the gradient in the place of dy") {
  const rows r{7, 3, 37, 3 * 3 * 37 + 5, 37};
  const std::size_t n = r.a * r.b * r.c;
  const values dy = noise(n, 1), x = noise(n, 2), weight = noise(r.c, 3), rstd = noise(r.a * r.b, 4, 1, 2);
  values dx(n), dweight(r.c), packed = r.packed(dy, 7), packed_x = r.packed(x, 8), dweight_too(r.c);
  scratch s;
  REQUIRE(qk_norm_backward_f32(dx.data(), dweight.data(), dy.data(), x.data(), rstd.data(), weight.data(), r.a, r.b,
                               r.c, &s.context) == NORMFOLD_OK);
  REQUIRE(strided_qk_norm_backward_f32(packed.data(), dweight_too.data(), packed.data(), packed_x.data(), rstd.data(),
                                       weight.data(), r.a, r.b, r.c, r.stride_a, r.stride_b, r.stride_a, r.stride_b,
                                       r.stride_a, r.stride_b, &s.context) == NORMFOLD_OK);
  check(packed, r.packed(dx, 7), static_cast<double>(r.c), 10);
  check(dweight_too, dweight, static_cast<double>(r.a * r.b), 2.0 * static_cast<double>(r.a * r.b));
  CHECK(packed_x == r.packed(x, 8));
}

TEST_CASE("a slice of several strided rows, and columns of strided rows") {
  const rows r{3, 9, 21, 11 * 32, 32};
  const std::size_t n = r.a * r.b * r.c;
  const values dy = noise(n, 5), x = noise(n, 6), weight = noise(r.c, 7), mean = noise(r.a * r.c, 8),
               rstd = noise(r.a * r.c, 9, 1, 2);
  const values packed_dy = r.packed(dy, 7), packed_x = r.packed(x, 8);
  scratch s;
  const auto run = [&](auto dense, auto strided) {
    values dx(n), dweight(r.c), dbias(r.c), packed(r.size(), 9), dweight_too(r.c), dbias_too(r.c);
    REQUIRE(dense(dx.data(), dweight.data(), dbias.data(), dy.data(), x.data(), mean.data(), rstd.data(), weight.data(),
                  r.a, r.b, r.c, &s.context) == NORMFOLD_OK);
    REQUIRE(strided(packed.data(), dweight_too.data(), dbias_too.data(), packed_dy.data(), packed_x.data(), mean.data(),
                    rstd.data(), weight.data(), r.a, r.b, r.c, r.stride_a, r.stride_b, r.stride_a, r.stride_b,
                    r.stride_a, r.stride_b, &s.context) == NORMFOLD_OK);
    check(packed, r.packed(dx, 9), static_cast<double>(r.b * r.c), 40);
    check(dweight_too, dweight, 27, 4 * 27);
    check(dbias_too, dbias, 27, 27);
  };
  run(row_norm_backward_f32, strided_row_norm_backward_f32);
  run(column_norm_backward_f32, strided_column_norm_backward_f32);
}

TEST_CASE("strides that make rows of a gradient meet are refused, and nothing is written") {
  values dx(512, 3), dweight(8, 3), dy(512), x(512), rstd(8), weight(8);
  scratch s;
  const values before = dx;
  CHECK(strided_qk_norm_backward_f32(dx.data(), dweight.data(), dy.data(), x.data(), rstd.data(), weight.data(), 4, 2,
                                     8, 12, 8, 16, 8, 16, 8, &s.context) == NORMFOLD_BAD_STRIDE);
  CHECK(dx == before);
  CHECK(dweight == values(8, 3));
}
