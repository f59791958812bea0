// The plain loops of backward passes: two sweeps over a unit, sums for the parameters beside them. A new layer is a
// function over a range of units and a line in loop_of().
#include <mutex>

#include "plain_loops.hpp"

namespace bench {
namespace {

// What one thread adds to dweight and dbias; handed over at the end.
template <typename T>
class gradients {
 public:
  gradients(const arguments<T>& to, std::vector<float>& total, std::mutex& lock)
      : c_(to.c), weight(to.c, 0.0F), bias(to.c, 0.0F), total_(total), lock_(lock) {}
  ~gradients() {
    const std::lock_guard<std::mutex> hold(lock_);
    for (std::size_t c = 0; c < c_; ++c) total_[c] += weight[c], total_[c_ + c] += bias[c];
  }
  gradients(const gradients&) = delete;
  gradients& operator=(const gradients&) = delete;

 private:
  std::size_t c_;

 public:
  std::vector<float> weight, bias;

 private:
  std::vector<float>& total_;
  std::mutex& lock_;
};

template <typename T>
void rows(const arguments<T>& a, bool centered, std::size_t begin, std::size_t end, gradients<T>& to) {
  float* __restrict dweight = to.weight.data();
  float* __restrict dbias = to.bias.data();
  for (std::size_t i = begin; i < end; ++i) {
    const T* __restrict x = a.x + i * a.c;
    const T* __restrict dy = a.dy + i * a.c;
    T* __restrict dx = a.dx + i * a.c;
    const float mean = centered ? a.mean[i] : 0, rstd = a.rstd[i];
    float product = 0, sum = 0;
    for (std::size_t j = 0; j < a.c; ++j) {
      const float xhat = (x[j] - mean) * rstd, weighted = dy[j] * a.weight[j];
      product += weighted * xhat;
      sum += weighted;
    }
    product /= static_cast<float>(a.c);
    sum = centered ? sum / static_cast<float>(a.c) : 0;
    for (std::size_t j = 0; j < a.c; ++j) {
      const float xhat = (x[j] - mean) * rstd;
      dweight[j] += dy[j] * xhat;
      dbias[j] += dy[j];
      dx[j] = (dy[j] * a.weight[j] - xhat * product - sum) * rstd;
    }
  }
}

template <typename T>
void layer_norm(const arguments<T>& a, std::size_t begin, std::size_t end, gradients<T>& to) {
  rows(a, true, begin, end, to);
}

template <typename T>
void rms_norm(const arguments<T>& a, std::size_t begin, std::size_t end, gradients<T>& to) {
  rows(a, false, begin, end, to);
}

// A unit is a channel.
template <typename T>
void batch_norm(const arguments<T>& a, std::size_t begin, std::size_t end, gradients<T>& to) {
  const float count = static_cast<float>(a.n * a.p);
  for (std::size_t c = begin; c < end; ++c) {
    const float mean = a.mean[c], rstd = a.rstd[c];
    float product = 0, sum = 0;
    for (std::size_t n = 0; n < a.n; ++n) {
      const std::size_t at = (n * a.c + c) * a.p;
      const T* __restrict x = a.x + at;
      const T* __restrict dy = a.dy + at;
      for (std::size_t i = 0; i < a.p; ++i) product += dy[i] * ((x[i] - mean) * rstd), sum += dy[i];
    }
    to.weight[c] = product;
    to.bias[c] = sum;
    const float weight = a.weight[c] * rstd;
    for (std::size_t n = 0; n < a.n; ++n) {
      const std::size_t at = (n * a.c + c) * a.p;
      const T* __restrict x = a.x + at;
      const T* __restrict dy = a.dy + at;
      T* __restrict dx = a.dx + at;
      for (std::size_t i = 0; i < a.p; ++i)
        dx[i] = (dy[i] - (x[i] - mean) * rstd * (product / count) - sum / count) * weight;
    }
  }
}

// A unit is one group of one image.
template <typename T>
void group_norm(const arguments<T>& a, std::size_t begin, std::size_t end, gradients<T>& to) {
  const std::size_t width = a.c / a.g;
  const float count = static_cast<float>(width * a.p);
  for (std::size_t unit = begin; unit < end; ++unit) {
    const float mean = a.mean[unit], rstd = a.rstd[unit];
    float of_product = 0, of_dy = 0;
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t c = unit % a.g * width + k;
      const T* __restrict x = a.x + (unit * width + k) * a.p;
      const T* __restrict dy = a.dy + (unit * width + k) * a.p;
      float product = 0, sum = 0;
      for (std::size_t i = 0; i < a.p; ++i) product += dy[i] * ((x[i] - mean) * rstd), sum += dy[i];
      to.weight[c] += product;
      to.bias[c] += sum;
      of_product += a.weight[c] * product / count;
      of_dy += a.weight[c] * sum / count;
    }
    for (std::size_t k = 0; k < width; ++k) {
      const float weight = a.weight[unit % a.g * width + k];
      const T* __restrict x = a.x + (unit * width + k) * a.p;
      const T* __restrict dy = a.dy + (unit * width + k) * a.p;
      T* __restrict dx = a.dx + (unit * width + k) * a.p;
      for (std::size_t i = 0; i < a.p; ++i) dx[i] = (dy[i] * weight - (x[i] - mean) * rstd * of_product - of_dy) * rstd;
    }
  }
}

template <typename T>
using loop = void (*)(const arguments<T>&, std::size_t begin, std::size_t end, gradients<T>& to);

template <typename T>
loop<T> loop_of(const workload& work) {
  const std::string_view layer = work.of->layer;
  if (layer == "layer_norm") return layer_norm<T>;
  if (layer == "rms_norm") return rms_norm<T>;
  if (layer == "batch_norm") return batch_norm<T>;
  if (layer == "group_norm" || layer == "instance_norm") return group_norm<T>;
  return nullptr;
}

template <typename T>
std::vector<contender> plain(const workload& work) {
  const loop<T> function = loop_of<T>(work);
  if (function == nullptr) return {};
  auto run = [&work, function](const tensors& t, team& threads) {
    const arguments<T> a = arguments_of<T>(work, t);
    const std::size_t parts = static_cast<std::size_t>(threads.threads()), units = work.scopes();
    std::vector<float> total(2 * a.c, 0.0F);
    std::mutex lock;
    threads.each(parts, [&](std::size_t i) {
      gradients<T> to(a, total, lock);
      function(a, units * i / parts, units * (i + 1) / parts, to);
    });
    for (std::size_t c = 0; c < a.c; ++c) a.dweight[c] = total[c], a.dbias[c] = total[a.c + c];
  };
  return {{"plain loop", kind::loop, false, run}};
}

}  // namespace

std::vector<contender> plain_backward_contenders(const workload& work) {
  if (work.channels_last()) return plain_backward_nhwc_contenders(work);
  return work.type == element::f32 ? plain<float>(work) : plain<bf16>(work);
}

}  // namespace bench
