// The plain loops of BatchNorm: a channel at a time where pixels lie innermost, whole rows of channels where those do.
#include <cmath>

#include "plain_loops.hpp"

namespace bench {
namespace {

template <typename T>
void keep_statistics(const arguments<T>& a, std::size_t c, float mean, float squares) {
  const float count = static_cast<float>(a.n * a.p);
  a.mean[c] = mean;
  a.rstd[c] = 1 / std::sqrt(squares / count + a.eps);
  a.running_mean[c] += 0.1f * (mean - a.running_mean[c]);
  a.running_var[c] += 0.1f * (squares / (count - 1) - a.running_var[c]);
}

template <typename T>
void train(const arguments<T>& a, team& threads) {
  const std::size_t parts = static_cast<std::size_t>(threads.threads());
  threads.each(parts, [&](std::size_t part) {
    for (std::size_t c = a.c * part / parts; c < a.c * (part + 1) / parts; ++c) {
      double total = 0;  // of float sums of an image each: hundreds of thousands of numbers are too many for one float
      for (std::size_t n = 0; n < a.n; ++n) {
        const T* __restrict x = a.x + (n * a.c + c) * a.p;
        float sum = 0;
        for (std::size_t i = 0; i < a.p; ++i) sum += x[i];
        total += sum;
      }
      const float mean = static_cast<float>(total / static_cast<double>(a.n * a.p));
      double squares = 0;
      for (std::size_t n = 0; n < a.n; ++n) {
        const T* __restrict x = a.x + (n * a.c + c) * a.p;
        float sum = 0;
        for (std::size_t i = 0; i < a.p; ++i) sum += (x[i] - mean) * (x[i] - mean);
        squares += sum;
      }
      keep_statistics(a, c, mean, static_cast<float>(squares));
      const float rstd = a.rstd[c], weight = a.weight[c], bias = a.bias[c];
      for (std::size_t n = 0; n < a.n; ++n) {
        const T* __restrict x = a.x + (n * a.c + c) * a.p;
        T* __restrict y = a.y + (n * a.c + c) * a.p;
        for (std::size_t i = 0; i < a.p; ++i) y[i] = (x[i] - mean) * rstd * weight + bias;
      }
    }
  });
}

template <typename T>
void evaluate(const arguments<T>& a, team& threads) {
  const std::size_t parts = static_cast<std::size_t>(threads.threads()), planes = a.n * a.c;
  threads.each(parts, [&](std::size_t part) {
    for (std::size_t plane = planes * part / parts; plane < planes * (part + 1) / parts; ++plane) {
      const std::size_t c = plane % a.c;
      const float factor = a.weight[c] / std::sqrt(a.running_var[c] + a.eps), mean = a.running_mean[c],
                  bias = a.bias[c];
      const T* __restrict x = a.x + plane * a.p;
      T* __restrict y = a.y + plane * a.p;
      for (std::size_t i = 0; i < a.p; ++i) y[i] = (x[i] - mean) * factor + bias;
    }
  });
}

// y = (x - mean) * factor + bias, a row of channels at a time.
template <typename T>
void apply_rows(const arguments<T>& a, const float* mean, const float* variance, team& threads) {
  std::vector<float> factors(a.c), biases(a.c);
  for (std::size_t c = 0; c < a.c; ++c)
    factors[c] = a.weight[c] / std::sqrt(variance[c] + a.eps), biases[c] = a.bias[c];
  const std::size_t parts = static_cast<std::size_t>(threads.threads()), rows = a.n * a.p;
  threads.each(parts, [&](std::size_t part) {
    const float* __restrict means = mean;
    const float* __restrict factor = factors.data();
    const float* __restrict bias = biases.data();
    for (std::size_t r = rows * part / parts; r < rows * (part + 1) / parts; ++r) {
      const T* __restrict x = a.x + r * a.c;
      T* __restrict y = a.y + r * a.c;
      for (std::size_t c = 0; c < a.c; ++c) y[c] = (x[c] - means[c]) * factor[c] + bias[c];
    }
  });
}

template <typename T>
void evaluate_nhwc(const arguments<T>& a, team& threads) {
  apply_rows(a, a.running_mean, a.running_var, threads);
}

template <typename T>
void train_nhwc(const arguments<T>& a, team& threads) {
  const float count = static_cast<float>(a.n * a.p);
  const std::size_t width = a.c;
  std::vector<float> mean = column_sums(threads, a.n * a.p, width, [&](std::size_t r, float* to) {
    const T* __restrict x = a.x + r * width;
    float* __restrict sums = to;
    for (std::size_t c = 0; c < width; ++c) sums[c] += x[c];
  });
  for (float& m : mean) m /= count;
  std::vector<float> squares = column_sums(threads, a.n * a.p, width, [&](std::size_t r, float* to) {
    const T* __restrict x = a.x + r * width;
    const float* __restrict means = mean.data();
    float* __restrict sums = to;
    for (std::size_t c = 0; c < width; ++c) sums[c] += (x[c] - means[c]) * (x[c] - means[c]);
  });
  for (std::size_t c = 0; c < width; ++c) {
    keep_statistics(a, c, mean[c], squares[c]);
    squares[c] /= count;
  }
  apply_rows(a, mean.data(), squares.data(), threads);
}

template <typename T>
std::vector<contender> plain(const workload& work) {
  const bool evaluation = work.of->is_evaluation();
  const auto function =
      work.channels_last() ? (evaluation ? evaluate_nhwc<T> : train_nhwc<T>) : (evaluation ? evaluate<T> : train<T>);
  auto run = [&work, function](const tensors& t, team& threads) { function(arguments_of<T>(work, t), threads); };
  return {{"plain loop", kind::loop, false, run}};
}

}  // namespace

std::vector<contender> plain_batch_contenders(const workload& work) {
  return work.type == element::f32 ? plain<float>(work) : plain<bf16>(work);
}

}  // namespace bench
