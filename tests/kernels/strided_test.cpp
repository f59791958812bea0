// Strided tensors: rows inside packed ones equal dense calls on copies of them, bit by bit, and what lies between the
// rows stays as it was. Parameters in float beside a bf16 tensor.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "dense_norms.h"
#include "params_norms.h"
#include "strided_norms.h"

namespace {

std::vector<float> noise(std::size_t n, unsigned seed) {
  std::vector<float> out(n);
  std::uint64_t state = seed;
  for (float& v : out) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    v = static_cast<float>(static_cast<double>(state >> 40) / (1 << 23) - 1);
  }
  return out;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct scratch {
  std::vector<float> memory = std::vector<float>(1 << 16);
  normfold_context context = normfold_default_context();
  scratch() {
    void* start = memory.data();
    std::size_t space = memory.size() * sizeof(float);
    std::align(NORMFOLD_WORKSPACE_ALIGNMENT, 1 << 17, start, space);
    context.workspace = start;
    context.workspace_bytes = space;
  }
};

}  // namespace

TEST_CASE("queries and keys are normalised inside a packed tensor, in place, and values stay as they are") {
  constexpr std::size_t tokens = 7, heads = 3, width = 37, row = 3 * heads * width;
  const std::vector<float> packed = noise(tokens * row, 1), weight = noise(width, 2);
  std::vector<float> dense(tokens * heads * width), expected = packed, got = packed;
  for (std::size_t part : {0u, 1u}) {
    for (std::size_t t = 0; t < tokens; ++t)
      std::memcpy(&dense[t * heads * width], &packed[t * row + part * heads * width], heads * width * sizeof(float));
    REQUIRE(qk_norm_f32(dense.data(), dense.data(), weight.data(), tokens, heads, width, nullptr) == NORMFOLD_OK);
    for (std::size_t t = 0; t < tokens; ++t)
      std::memcpy(&expected[t * row + part * heads * width], &dense[t * heads * width], heads * width * sizeof(float));
    float* x = got.data() + part * heads * width;
    REQUIRE(strided_qk_norm_f32(x, x, weight.data(), tokens, heads, width, row, width, row, width, nullptr) ==
            NORMFOLD_OK);
  }
  CHECK(same_bits(got, expected));
}

TEST_CASE("a slice of several strided rows, and columns of strided rows, equal those of a dense copy") {
  constexpr std::size_t n = 3, t = 9, c = 21, wide = 32, deep = 11 * wide;
  const std::vector<float> weight = noise(c, 3), bias = noise(c, 4);
  std::vector<float> x = noise(n * deep, 5), y(n * deep, 7.0f), dense(n * t * c), dense_y(n * t * c);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < t; ++j)
      std::memcpy(&dense[(i * t + j) * c], &x[i * deep + j * wide], c * sizeof(float));
  const auto check = [&](const char* name) {
    CAPTURE(name);
    for (std::size_t i = 0; i < n * deep; ++i) {
      const std::size_t slice = i / deep, line = i % deep / wide, column = i % wide;
      const bool inside = line < t && column < c;
      const float want = inside ? dense_y[(slice * t + line) * c + column] : 7.0f;
      if (std::fabs(y[i] - want) > (inside ? 1e-6f : 0.0f)) {
        CHECK_MESSAGE(y[i] == want, "at " << i);
        return;
      }
    }
  };
  scratch s;
  REQUIRE(row_norm_f32(dense_y.data(), dense.data(), weight.data(), bias.data(), n, t, c, &s.context) == NORMFOLD_OK);
  REQUIRE(strided_row_norm_f32(y.data(), x.data(), weight.data(), bias.data(), n, t, c, deep, wide, deep, wide,
                               &s.context) == NORMFOLD_OK);
  check("row_norm");
  std::fill(y.begin(), y.end(), 7.0f);
  REQUIRE(column_norm_f32(dense_y.data(), dense.data(), weight.data(), bias.data(), n, t, c, &s.context) ==
          NORMFOLD_OK);
  REQUIRE(strided_column_norm_f32(y.data(), x.data(), weight.data(), bias.data(), n, t, c, deep, wide, deep, wide,
                                  &s.context) == NORMFOLD_OK);
  check("column_norm");
}

TEST_CASE("groups inside strided rows equal those of a dense copy") {
  constexpr std::size_t t = 5, c = 24, groups = 3, wide = 40;
  const std::vector<float> weight = noise(c, 6), bias = noise(c, 7), x = noise(t * wide, 8);
  std::vector<float> dense(t * c), dense_y(t * c), y(t * wide, 7.0f), expected(t * wide, 7.0f);
  for (std::size_t i = 0; i < t; ++i) std::memcpy(&dense[i * c], &x[i * wide], c * sizeof(float));
  REQUIRE(group_rows_f32(dense_y.data(), dense.data(), weight.data(), bias.data(), t, c, groups, nullptr) ==
          NORMFOLD_OK);
  for (std::size_t i = 0; i < t; ++i) std::memcpy(&expected[i * wide], &dense_y[i * c], c * sizeof(float));
  REQUIRE(strided_group_rows_f32(y.data(), x.data(), weight.data(), bias.data(), t, c, groups, wide, wide, nullptr) ==
          NORMFOLD_OK);
  CHECK(same_bits(y, expected));
}

TEST_CASE("strides that make rows of an output meet, and rows of two tensors that meet, are refused") {
  constexpr std::size_t tokens = 4, heads = 2, width = 8;
  std::vector<float> x = noise(512, 9), weight = noise(width, 10);
  const std::vector<float> before = x;
  CHECK(strided_qk_norm_f32(x.data(), x.data() + 256, weight.data(), tokens, heads, width, 12, width, 16, width,
                            nullptr) == NORMFOLD_BAD_STRIDE);
  CHECK(strided_qk_norm_f32(x.data(), x.data() + 4, weight.data(), tokens, heads, width, 32, 16, 32, 16, nullptr) ==
        NORMFOLD_OVERLAP);
  CHECK(same_bits(x, before));
  CHECK(strided_qk_norm_f32(x.data(), x.data() + 8, weight.data(), tokens, heads, width, 32, 16, 32, 16, nullptr) ==
        NORMFOLD_OK);
}

TEST_CASE("parameters in float beside a bf16 tensor are not rounded to bf16") {
  constexpr std::size_t tokens = 2, heads = 1, width = 64;
  const std::vector<float> values = noise(tokens * width, 11);
  std::vector<std::uint16_t> x(values.size()), y(values.size());
  std::vector<float> exact(values.size()), weight(width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, &values[i], 4);
    x[i] = static_cast<std::uint16_t>(bits >> 16);
    bits &= 0xFFFF0000u;
    std::memcpy(&exact[i], &bits, 4);
  }
  for (std::size_t i = 0; i < width; ++i)
    weight[i] = 1 + static_cast<float>(i) / 1000;  // bf16 would hold 1, 1.0078 ...
  REQUIRE(params_qk_norm_bf16(y.data(), x.data(), weight.data(), tokens, heads, width, nullptr) == NORMFOLD_OK);
  for (std::size_t t = 0; t < tokens; ++t) {
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += double{exact[t * width + i]} * exact[t * width + i];
    const double rstd = 1 / std::sqrt(squares / width + 1e-6);
    for (std::size_t i = 0; i < width; ++i) {
      const double want = exact[t * width + i] * rstd * weight[i];
      const std::uint32_t bits = std::uint32_t{y[t * width + i]} << 16;
      float got;
      std::memcpy(&got, &bits, 4);
      CHECK(std::fabs(got - want) <= 0x1.01p-8 * std::fabs(want));  // half of a unit in the last place of bf16
    }
  }
}
