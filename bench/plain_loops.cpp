// The loops that a good C programmer writes for each layer, compiled with -O3 -march=native -ffast-math: no library,
// but what every generated kernel has to beat. A new layer is a function over a range of units and a line in
// plain_contenders().
#include "plain_loops.hpp"

#include <cmath>

namespace bench {
namespace {

template <typename T>
void layer_norm(const arguments<T>& a, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const T* __restrict x = a.x + i * a.c;
    T* __restrict y = a.y + i * a.c;
    float sum = 0;
    for (std::size_t j = 0; j < a.c; ++j) sum += x[j];
    const float mean = sum / static_cast<float>(a.c);
    float squares = 0;
    for (std::size_t j = 0; j < a.c; ++j) squares += (x[j] - mean) * (x[j] - mean);
    const float rstd = 1 / std::sqrt(squares / static_cast<float>(a.c) + a.eps);
    for (std::size_t j = 0; j < a.c; ++j) y[j] = (x[j] - mean) * rstd * a.weight[j] + a.bias[j];
  }
}

template <typename T>
void rms_norm(const arguments<T>& a, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const T* __restrict x = a.x + i * a.c;
    T* __restrict y = a.y + i * a.c;
    float squares = 0;
    for (std::size_t j = 0; j < a.c; ++j) squares += static_cast<float>(x[j]) * x[j];
    const float rstd = 1 / std::sqrt(squares / static_cast<float>(a.c) + a.eps);
    for (std::size_t j = 0; j < a.c; ++j) y[j] = x[j] * rstd * a.weight[j];
  }
}

// Statistics of the first part of a row alone.
template <typename T>
void p_rms_norm(const arguments<T>& a, std::size_t begin, std::size_t end) {
  const std::size_t counted = (a.c + 15) / 16;
  for (std::size_t i = begin; i < end; ++i) {
    const T* __restrict x = a.x + i * a.c;
    T* __restrict y = a.y + i * a.c;
    float squares = 0;
    for (std::size_t j = 0; j < counted; ++j) squares += static_cast<float>(x[j]) * x[j];
    const float rstd = 1 / std::sqrt(squares / static_cast<float>(counted) + a.eps);
    for (std::size_t j = 0; j < a.c; ++j) y[j] = x[j] * rstd * a.weight[j];
  }
}

template <typename T>
void add_rms_norm(const arguments<T>& a, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const T* __restrict x = a.x + i * a.c;
    const T* __restrict residual = a.residual + i * a.c;
    T* __restrict sum = a.sum + i * a.c;
    T* __restrict y = a.y + i * a.c;
    float squares = 0;
    for (std::size_t j = 0; j < a.c; ++j) {
      const float value = x[j] + residual[j];
      sum[j] = value;
      squares += value * value;
    }
    const float rstd = 1 / std::sqrt(squares / static_cast<float>(a.c) + a.eps);
    for (std::size_t j = 0; j < a.c; ++j) y[j] = sum[j] * rstd * a.weight[j];
  }
}

// The sum is rounded when it is stored: its statistics are those of the exact one.
template <typename T>
void add_layer_norm(const arguments<T>& a, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const T* __restrict x = a.x + i * a.c;
    const T* __restrict residual = a.residual + i * a.c;
    T* __restrict sum = a.sum + i * a.c;
    T* __restrict y = a.y + i * a.c;
    float total = 0;
    for (std::size_t j = 0; j < a.c; ++j) {
      const float value = x[j] + residual[j];
      sum[j] = value;
      total += value;
    }
    const float mean = total / static_cast<float>(a.c);
    float squares = 0;
    for (std::size_t j = 0; j < a.c; ++j) {
      const float centred = x[j] + residual[j] - mean;
      squares += centred * centred;
    }
    const float rstd = 1 / std::sqrt(squares / static_cast<float>(a.c) + a.eps);
    for (std::size_t j = 0; j < a.c; ++j) y[j] = (x[j] + residual[j] - mean) * rstd * a.weight[j] + a.bias[j];
  }
}

// A unit is one group of one image; with a group for each channel this is InstanceNorm.
template <typename T>
void group_norm(const arguments<T>& a, std::size_t begin, std::size_t end) {
  const std::size_t width = a.c / a.g, size = width * a.p;
  for (std::size_t unit = begin; unit < end; ++unit) {
    const T* __restrict x = a.x + unit * size;
    T* __restrict y = a.y + unit * size;
    float sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += x[i];
    const float mean = sum / static_cast<float>(size);
    float squares = 0;
    for (std::size_t i = 0; i < size; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const float rstd = 1 / std::sqrt(squares / static_cast<float>(size) + a.eps);
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t c = unit % a.g * width + k;
      const float weight = a.weight[c], bias = a.bias[c];
      for (std::size_t i = k * a.p; i < (k + 1) * a.p; ++i) y[i] = (x[i] - mean) * rstd * weight + bias;
    }
  }
}

// Channels last: a unit is an image, and each pass walks it in memory order.
template <typename T>
void group_norm_nhwc(const arguments<T>& a, std::size_t begin, std::size_t end) {
  const std::size_t width = a.c / a.g;
  const float count = static_cast<float>(width * a.p);
  std::vector<float> per_channel(a.c), mean(a.c), scale(a.c);
  const auto by_group = [&](float* to) {
    for (std::size_t g = 0; g < a.g; ++g) {
      float sum = 0;
      for (std::size_t k = 0; k < width; ++k) sum += per_channel[g * width + k];
      for (std::size_t k = 0; k < width; ++k) to[g * width + k] = sum / count;
    }
  };
  for (std::size_t n = begin; n < end; ++n) {
    const T* __restrict x = a.x + n * a.p * a.c;
    T* __restrict y = a.y + n * a.p * a.c;
    float* __restrict sums = per_channel.data();
    const float* __restrict means = mean.data();
    per_channel.assign(a.c, 0);
    for (std::size_t i = 0; i < a.p; ++i) {
      for (std::size_t c = 0; c < a.c; ++c) sums[c] += x[i * a.c + c];
    }
    by_group(mean.data());
    per_channel.assign(a.c, 0);
    for (std::size_t i = 0; i < a.p; ++i) {
      for (std::size_t c = 0; c < a.c; ++c) {
        const float d = x[i * a.c + c] - means[c];
        sums[c] += d * d;
      }
    }
    by_group(scale.data());
    for (std::size_t c = 0; c < a.c; ++c) scale[c] = a.weight[c] / std::sqrt(scale[c] + a.eps);
    const float* __restrict scales = scale.data();
    for (std::size_t i = 0; i < a.p; ++i) {
      for (std::size_t c = 0; c < a.c; ++c) {
        y[i * a.c + c] = (x[i * a.c + c] - means[c]) * scales[c] + a.bias[c];
      }
    }
  }
}

template <typename T>
using loop = void (*)(const arguments<T>&, std::size_t begin, std::size_t end);

// The loop of a workload and how many units it has; null where there is none.
template <typename T>
loop<T> loop_of(const workload& work, std::size_t& units) {
  const std::string_view layer = work.of->layer;
  units = work.scopes();
  if (work.channels_last()) {
    units = work.size.n;
    return layer == "group_norm" || layer == "instance_norm" ? group_norm_nhwc<T> : nullptr;
  }
  if (layer == "layer_norm") return layer_norm<T>;
  if (layer == "rms_norm") return rms_norm<T>;
  if (layer == "p_rms_norm") return p_rms_norm<T>;
  if (layer == "add_rms_norm") return add_rms_norm<T>;
  if (layer == "add_layer_norm") return add_layer_norm<T>;
  if (layer == "group_norm" || layer == "instance_norm") return group_norm<T>;
  return nullptr;
}

template <typename T>
std::vector<contender> plain(const workload& work) {
  std::size_t units = 0;
  const loop<T> function = loop_of<T>(work, units);
  if (function == nullptr) return {};
  auto run = [&work, function, units](const tensors& t, team& threads) {
    const arguments<T> a = arguments_of<T>(work, t);
    const std::size_t parts = static_cast<std::size_t>(threads.threads());
    threads.each(parts, [&](std::size_t i) { function(a, units * i / parts, units * (i + 1) / parts); });
  };
  return {{"plain loop", kind::loop, false, run}};
}

}  // namespace

std::vector<contender> plain_contenders(const workload& work) {
  if (work.of->is_backward()) return plain_backward_contenders(work);
  if (work.of->over == scope::channel) return plain_batch_contenders(work);
  return work.type == element::f32 ? plain<float>(work) : plain<bf16>(work);
}

}  // namespace bench
