// The plain loops of backward passes where channels lie innermost: sums down the rows, then dx a row at a time. Both
// are done for each image alone (GroupNorm, InstanceNorm) or for all together (BatchNorm).
#include "plain_loops.hpp"

namespace bench {
namespace {

// What the sums of one image, or of all, make of dx = (dy * weight - xhat * of_product - of_dy) * rstd.
struct coefficients {
  std::vector<float> mean, rstd, weight, of_product, of_dy;
};

template <typename T>
void write_dx(const arguments<T>& a, std::size_t first, std::size_t rows, const coefficients& k, team& threads) {
  const std::size_t parts = static_cast<std::size_t>(threads.threads());
  threads.each(parts, [&](std::size_t part) {
    const float* __restrict mean = k.mean.data();
    const float* __restrict rstd = k.rstd.data();
    const float* __restrict weight = k.weight.data();
    const float* __restrict of_product = k.of_product.data();
    const float* __restrict of_dy = k.of_dy.data();
    for (std::size_t r = first + rows * part / parts; r < first + rows * (part + 1) / parts; ++r) {
      const T* __restrict x = a.x + r * a.c;
      const T* __restrict dy = a.dy + r * a.c;
      T* __restrict dx = a.dx + r * a.c;
      for (std::size_t c = 0; c < a.c; ++c) {
        dx[c] = (dy[c] * weight[c] - (x[c] - mean[c]) * rstd[c] * of_product[c] - of_dy[c]) * rstd[c];
      }
    }
  });
}

// images share statistics `together`; groups of `width` channels do.
template <typename T>
void backward(const arguments<T>& a, std::size_t together, std::size_t width, team& threads) {
  const std::size_t rows = together * a.p, groups = a.c / width;
  const float count = static_cast<float>(rows * width);
  std::vector<float> dweight(a.c, 0.0F), dbias(a.c, 0.0F);
  coefficients k;
  for (auto* values : {&k.mean, &k.rstd, &k.weight, &k.of_product, &k.of_dy}) values->resize(a.c);
  for (std::size_t c = 0; c < a.c; ++c) k.weight[c] = a.weight[c];
  for (std::size_t n = 0; n < a.n; n += together) {
    for (std::size_t c = 0; c < a.c; ++c) {
      const std::size_t scope = n / together * groups + c / width;
      k.mean[c] = a.mean[scope];
      k.rstd[c] = a.rstd[scope];
    }
    const std::vector<float> sums = column_sums(threads, rows, 2 * a.c, [&](std::size_t r, float* to) {
      const T* __restrict x = a.x + (n * a.p + r) * a.c;
      const T* __restrict dy = a.dy + (n * a.p + r) * a.c;
      const float* __restrict mean = k.mean.data();
      const float* __restrict rstd = k.rstd.data();
      float* __restrict product = to;
      float* __restrict sum = to + a.c;
      for (std::size_t c = 0; c < a.c; ++c) {
        product[c] += dy[c] * ((x[c] - mean[c]) * rstd[c]);
        sum[c] += dy[c];
      }
    });
    for (std::size_t g = 0; g < groups; ++g) {
      float product = 0, sum = 0;
      for (std::size_t c = g * width; c < (g + 1) * width; ++c) {
        dweight[c] += sums[c], dbias[c] += sums[a.c + c];
        product += k.weight[c] * sums[c], sum += k.weight[c] * sums[a.c + c];
      }
      for (std::size_t c = g * width; c < (g + 1) * width; ++c)
        k.of_product[c] = product / count, k.of_dy[c] = sum / count;
    }
    write_dx(a, n * a.p, rows, k, threads);
  }
  for (std::size_t c = 0; c < a.c; ++c) a.dweight[c] = dweight[c], a.dbias[c] = dbias[c];
}

template <typename T>
std::vector<contender> plain(const workload& work) {
  const bool batch = work.of->over == scope::channel;
  auto run = [&work, batch](const tensors& t, team& threads) {
    const arguments<T> a = arguments_of<T>(work, t);
    backward(a, batch ? a.n : 1, batch ? 1 : a.c / a.g, threads);
  };
  return {{"plain loop", kind::loop, false, run}};
}

}  // namespace

std::vector<contender> plain_backward_nhwc_contenders(const workload& work) {
  return work.type == element::f32 ? plain<float>(work) : plain<bf16>(work);
}

}  // namespace bench
