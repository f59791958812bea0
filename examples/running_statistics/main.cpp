// Two classes told apart by the sign of a sum of normalised features: how often that is right where evaluation uses the
// statistics of its own batch, and where the running statistics have not converged.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "running_norms.h"

namespace {

constexpr std::size_t C = 16;
using values = std::vector<float>;

void check(normfold_status status) {
  if (status == NORMFOLD_OK) return;
  std::fprintf(stderr, "%s\n", normfold_status_text(status));
  std::exit(1);
}

// Scratch memory for any of the functions: channels lie innermost, so that they keep arrays of C between their sweeps.
const normfold_context* context() {
  static std::vector<std::byte> memory(1 << 20);
  static normfold_context c = normfold_default_context();
  c.workspace_bytes = memory.size() - NORMFOLD_WORKSPACE_ALIGNMENT;
  c.workspace = memory.data() + (~reinterpret_cast<std::uintptr_t>(memory.data()) + 1) % NORMFOLD_WORKSPACE_ALIGNMENT;
  return &c;
}

// n samples, the first n * share of them of class 1: a feature is offset + deviation * (+-0.6 + noise).
values draw(std::mt19937& random, std::size_t n, double share) {
  std::normal_distribution<float> noise;
  values x(n * C);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < C; ++c) {
      const bool one = static_cast<double>(i) < share * static_cast<double>(n);
      const float offset = c % 2 == 0 ? 5.0f : -1.0f, deviation = 1 + static_cast<float>(c) / 4;
      x[i * C + c] = offset + deviation * ((one ? 0.6f : -0.6f) + noise(random));
    }
  return x;
}

// How many of the samples the sum of their normalised features puts on the right side, in percent.
double right(const values& y, double share) {
  const std::size_t n = y.size() / C;
  double found = 0;
  for (std::size_t i = 0; i < n; ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < C; ++c) sum += y[i * C + c];
    found += (sum > 0) == (static_cast<double>(i) < share * static_cast<double>(n)) ? 1 : 0;
  }
  return 100 * found / static_cast<double>(n);
}

struct running {
  values mean = values(C, 0), var = values(C, 1);
  std::uint64_t batches = 0;
};

using train = normfold_status (*)(const values& x, values& y, running& r);
using infer = normfold_status (*)(const values& x, values& y, const running& r);
struct convention {
  const char* text;
  train learn;
  infer evaluate;
};

// The statistics of the batch, which training would save, are not needed here.
float saved[2][C];
const convention conventions[] = {
    {"momentum = 0.1",
     [](const values& x, values& y, running& r) {
       return fast_train_f32(y.data(), saved[0], saved[1], r.mean.data(), r.var.data(), x.data(), x.size() / C, C,
                             context());
     },
     [](const values& x, values& y, const running& r) {
       return fast_f32(y.data(), x.data(), r.mean.data(), r.var.data(), x.size() / C, C, context());
     }},
    {"keep = 0.99",
     [](const values& x, values& y, running& r) {
       return slow_train_f32(y.data(), saved[0], saved[1], r.mean.data(), r.var.data(), x.data(), x.size() / C, C,
                             context());
     },
     [](const values& x, values& y, const running& r) {
       return slow_f32(y.data(), x.data(), r.mean.data(), r.var.data(), x.size() / C, C, context());
     }},
    {"average",
     [](const values& x, values& y, running& r) {
       return cumulative_train_f32(y.data(), saved[0], saved[1], r.mean.data(), r.var.data(), &r.batches, x.data(),
                                   x.size() / C, C, context());
     },
     [](const values& x, values& y, const running& r) {
       return cumulative_f32(y.data(), x.data(), r.mean.data(), r.var.data(), x.size() / C, C, context());
     }}};

// 64 samples a batch, half of each class.
void learn(const convention& by, std::mt19937& random, int steps, running& r) {
  for (int step = 0; step < steps; ++step) {
    const values x = draw(random, 64, 0.5);
    values y(x.size());
    check(by.learn(x, y, r));
  }
}

bool first_accident() {
  std::mt19937 random(1);
  running r;
  learn(conventions[0], random, 200, r);
  std::printf("1. Evaluation with the statistics of its own batch: right answers in %%\n\n");
  std::printf("   batch of evaluation          running   batch's own\n");
  bool as_expected = true;
  struct {
    const char* text;
    std::size_t n;
    double share;
  } const batches[] = {{"256, half of each class", 256, 0.5}, {"256, 90 % of one class", 256, 0.9},
                       {"256, all of one class", 256, 1},     {"8, half of each class", 8, 0.5},
                       {"2, one of each class", 2, 0.5},      {"1", 1, 1}};
  for (const auto& b : batches) {
    double with_running = 0, with_batch = 0;
    const int repeats = static_cast<int>(4096 / b.n);
    for (int k = 0; k < repeats; ++k) {
      const values x = draw(random, b.n, b.share);
      values y(x.size());
      check(conventions[0].evaluate(x, y, r));
      with_running += right(y, b.share) / repeats;
      check(batch_alone_f32(y.data(), x.data(), b.n, C, context()));
      with_batch += right(y, b.share) / repeats;
    }
    std::printf("   %-27s %8.1f %13.1f\n", b.text, with_running, with_batch);
    as_expected = as_expected && with_running > 98 && (b.share == 0.5 || with_batch < 80);
  }
  return as_expected;
}

bool second_accident() {
  std::printf(
      "\n2. Evaluation before the running statistics have converged: right answers in %%\n\n   steps of training");
  for (const convention& by : conventions) std::printf(" %15s", by.text);
  std::printf("\n");
  bool as_expected = true;
  for (const int steps : {0, 1, 3, 10, 30, 100, 300, 1000}) {
    std::printf("   %17d", steps);
    for (const convention& by : conventions) {
      std::mt19937 random(2);
      running r;
      learn(by, random, steps, r);
      const values x = draw(random, 4096, 0.5);
      values y(x.size());
      check(by.evaluate(x, y, r));
      const double found = right(y, 0.5);
      std::printf(" %15.1f", found);
      as_expected = as_expected && (steps > 0 || found < 80) && (steps < 1000 || found > 98);
    }
    std::printf("\n");
  }
  return as_expected;
}

}  // namespace

int main() {
  const bool first = first_accident();
  const bool second = second_accident();
  if (!first || !second) std::printf("\nnot as expected\n");
  return first && second ? 0 : 1;
}
