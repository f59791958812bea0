// Two uses of RMSNorm in a transformer, on a pool of threads: the residual sum with its norm in one call, and QK-norm
// in place on strided rows of the packed qkv tensor. Exit status 1 where a value is not the reference's.
#include <normfold/runtime/parallel.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "reference.hpp"
#include "transformer_norms.h"

namespace {

constexpr std::size_t tokens = 512, heads = 12, head_size = 64, width = heads * head_size;
constexpr double tolerance = 1e-6;

// Numbers between -2 and 2 that look random and are the same everywhere.
std::vector<float> numbers(std::size_t count, std::uint32_t seed) {
  std::vector<float> out(count);
  for (float& each : out) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 8) / 4194304 - 2;
  }
  return out;
}

bool report(const char* what, normfold_status status, double difference, bool rest) {
  if (status != NORMFOLD_OK) {
    std::printf("%s: %s\n", what, normfold_status_text(status));
    return false;
  }
  const bool good = difference < tolerance && rest;
  std::printf("%-46s difference from double %.1e  %s\n", what, difference, good ? "ok" : "WRONG");
  return good;
}

// hidden = rms_norm(attention + residual) and residual += attention, each written over an input.
bool residual(const normfold_context& context) {
  const std::vector<float> attention = numbers(tokens * width, 1), weight = numbers(width, 2);
  const std::vector<float> before = numbers(tokens * width, 3);
  std::vector<float> hidden = attention, stream = before;
  const normfold_status status = add_rms_norm_f32(hidden.data(), stream.data(), hidden.data(), stream.data(),
                                                  weight.data(), tokens, width, width, width, width, width, &context);
  double largest = 0;
  bool sums = true;
  for (std::size_t t = 0; t < tokens; ++t) {
    std::vector<double> sum(width);
    for (std::size_t c = 0; c < width; ++c) {
      const float exact = attention[t * width + c] + before[t * width + c];
      sums = sums && stream[t * width + c] == exact;
      sum[c] = exact;
    }
    largest = std::max(largest, difference(&hidden[t * width], rms_norm(sum, weight.data())));
  }
  std::vector<float> alone(tokens * width), sum(tokens * width);  // one thread, and no output in place
  add_rms_norm_f32(alone.data(), sum.data(), attention.data(), before.data(), weight.data(), tokens, width, width,
                   width, width, width, nullptr);
  const bool same = alone == hidden && sum == stream;
  const bool good = report("add_rms_norm, both outputs in place", status, largest, sums);
  std::printf("%-46s %s\n", "the same on one thread", same ? "equal in every bit" : "DIFFERENT");
  return good && same;
}

// A token's row in the packed tensor: all queries, all keys, all values. Queries and keys are normalized where they
// lie; a head is next to the last one, a token is 3 * width further on.
bool qk_norm(const normfold_context& context) {
  constexpr std::size_t row = 3 * width;
  const std::vector<float> before = numbers(tokens * row, 4);
  const std::vector<float> weights[] = {numbers(head_size, 5), numbers(head_size, 6)};
  std::vector<float> qkv = before;
  bool good = true;
  for (std::size_t part = 0; part < 2; ++part) {
    float* rows = &qkv[part * width];
    const normfold_status status = head_rms_norm_f32(rows, rows, weights[part].data(), tokens, heads, head_size, row,
                                                     head_size, row, head_size, &context);
    double largest = 0;
    for (std::size_t t = 0; t < tokens; ++t) {
      for (std::size_t h = 0; h < heads; ++h) {
        const std::size_t at = t * row + part * width + h * head_size;
        const std::vector<double> x(&before[at], &before[at] + head_size);
        largest = std::max(largest, difference(&qkv[at], rms_norm(x, weights[part].data())));
      }
    }
    good &= report(part == 0 ? "head_rms_norm on the queries in qkv" : "head_rms_norm on the keys in qkv", status,
                   largest, true);
  }
  bool untouched = true;
  for (std::size_t t = 0; t < tokens; ++t)
    untouched &= std::equal(&qkv[t * row + 2 * width], &qkv[t * row] + row, &before[t * row + 2 * width]);
  std::printf("%-46s %s\n", "the values beside them", untouched ? "untouched" : "CHANGED");
  return good && untouched;
}

}  // namespace

int main() {
  normfold::thread_pool pool;
  const normfold_context context = pool.context();
  std::printf("%zu tokens, %zu heads of %zu, %zu threads\n\n", tokens, heads, head_size, pool.size());
  const bool good = residual(context);
  return qk_norm(context) && good ? 0 : 1;
}
