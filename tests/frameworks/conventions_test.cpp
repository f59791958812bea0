// Running statistics by the definitions of PyTorch, ONNX and Keras, written out here one by one, over batches of
// several sizes; then the evaluation that follows from them. A framework is one `reference` and one line of
// `conventions`.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "running_norms.h"

namespace {

constexpr std::size_t C = 3, H = 4, W = 5;
using tensor = std::vector<double>;

struct running {
  tensor mean = tensor(C, 0.0), var = tensor(C, 1.0);
  std::uint64_t batches = 0;
};

// The moments of one channel of a batch: the mean, and the sum of squares about it.
struct moments {
  double count = 0, mean = 0, squares = 0;
};
moments moments_of(const tensor& x, std::size_t c) {
  moments m;
  const std::size_t n = x.size() / (C * H * W);
  m.count = static_cast<double>(n * H * W);
  const auto each = [&](auto use) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < H * W; ++k) use(x[(i * C + c) * H * W + k]);
  };
  each([&](double v) { m.mean += v / m.count; });
  each([&](double v) { m.squares += (v - m.mean) * (v - m.mean); });
  return m;
}

// torch.nn.BatchNorm2d: x_new = (1 - momentum) x + momentum x_t with momentum 0.1, and x_t the unbiased variance.
void torch(running& r, std::size_t c, const moments& m) {
  r.mean[c] = (1 - 0.1) * r.mean[c] + 0.1 * m.mean;
  r.var[c] = (1 - 0.1) * r.var[c] + 0.1 * (m.squares / (m.count - 1));
}

// The same with momentum = None: the factor is 1 / num_batches_tracked, which has grown before.
void torch_average(running& r, std::size_t c, const moments& m) {
  const double factor = 1.0 / static_cast<double>(r.batches + 1);
  r.mean[c] = (1 - factor) * r.mean[c] + factor * m.mean;
  r.var[c] = (1 - factor) * r.var[c] + factor * (m.squares / (m.count - 1));
}

// ONNX BatchNormalization 15: running = input * momentum + current * (1 - momentum), momentum 0.9, population variance.
void onnx(running& r, std::size_t c, const moments& m) {
  r.mean[c] = r.mean[c] * 0.9 + m.mean * (1 - 0.9);
  r.var[c] = r.var[c] * 0.9 + m.squares / m.count * (1 - 0.9);
}

// keras.layers.BatchNormalization: moving = moving * momentum + batch * (1 - momentum), momentum 0.99, population
// variance.
void keras(running& r, std::size_t c, const moments& m) {
  r.mean[c] = r.mean[c] * 0.99 + m.mean * (1 - 0.99);
  r.var[c] = r.var[c] * 0.99 + m.squares / m.count * (1 - 0.99);
}

struct convention {
  const char* name;
  double eps;
  void (*reference)(running&, std::size_t c, const moments&);
  normfold_status (*train)(double* y, double* mean, double* rstd, running& r, const double* x, const double* weight,
                           const double* bias, std::size_t n);
  normfold_status (*infer)(double* y, const double* x, const running& r, const double* weight, const double* bias,
                           std::size_t n);
};

#define TRAIN(layer, ...)                                                                                           \
  [](double* y, double* mean, double* rstd, running& r, const double* x, const double* w, const double* b,          \
     std::size_t n) {                                                                                               \
    return layer##_train_f64(y, mean, rstd, r.mean.data(), r.var.data(), __VA_ARGS__ x, w, b, n, C, H, W, nullptr); \
  }
#define INFER(layer)                                                                                  \
  [](double* y, const double* x, const running& r, const double* w, const double* b, std::size_t n) { \
    return layer##_f64(y, x, r.mean.data(), r.var.data(), w, b, n, C, H, W, nullptr);                 \
  }

const convention conventions[] = {
    {"PyTorch", 1e-5, torch, TRAIN(torch_batch, ), INFER(torch_batch)},
    {"PyTorch, momentum = None", 1e-5, torch_average, TRAIN(torch_average, &r.batches, ), INFER(torch_average)},
    {"ONNX", 1e-5, onnx, TRAIN(onnx_batch, ), INFER(onnx_batch)},
    {"Keras", 1e-3, keras, TRAIN(keras_batch, ), INFER(keras_batch)}};

tensor batch(std::mt19937& random, std::size_t n) {
  std::normal_distribution<double> normal(0, 1);
  tensor x(n * C * H * W);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i / (H * W) % C;
    x[i] = static_cast<double>(c) * 3 - 1 + (static_cast<double>(c) + 0.5) * normal(random);
  }
  return x;
}

bool near(double a, double b) { return std::fabs(a - b) <= 1e-13 * std::max(1.0, std::fabs(b)); }

const tensor weight{1.5, -0.5, 0.75}, bias{0.25, 1, -2};

TEST_CASE("training normalises by the batch and updates by the framework's definition") {
  for (const convention& each : conventions) {
    CAPTURE(std::string(each.name));
    std::mt19937 random(7);
    running ours, theirs;
    for (const std::size_t n : {std::size_t{4}, std::size_t{1}, std::size_t{6}, std::size_t{2}, std::size_t{4}}) {
      const tensor x = batch(random, n);
      tensor y(x.size()), mean(C), rstd(C);
      REQUIRE(each.train(y.data(), mean.data(), rstd.data(), ours, x.data(), weight.data(), bias.data(), n) ==
              NORMFOLD_OK);
      for (std::size_t c = 0; c < C; ++c) {
        const moments m = moments_of(x, c);
        each.reference(theirs, c, m);
        CHECK(near(mean[c], m.mean));
        CHECK(near(rstd[c], 1 / std::sqrt(m.squares / m.count + each.eps)));  // the biased one in all of them
        CHECK(near(ours.mean[c], theirs.mean[c]));
        CHECK(near(ours.var[c], theirs.var[c]));
      }
      for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i / (H * W) % C;
        const moments m = moments_of(x, c);
        if (!near(y[i], (x[i] - m.mean) / std::sqrt(m.squares / m.count + each.eps) * weight[c] + bias[c]))
          FAIL_CHECK("element " << i << " is " << y[i]);
      }
      ++theirs.batches;
      if (ours.batches != 0) CHECK(ours.batches == theirs.batches);
    }
    const running before = ours;
    const tensor x = batch(random, 3);
    tensor y(x.size());
    REQUIRE(each.infer(y.data(), x.data(), ours, weight.data(), bias.data(), 3) == NORMFOLD_OK);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / (H * W) % C;
      CHECK(near(y[i], (x[i] - theirs.mean[c]) / std::sqrt(theirs.var[c] + each.eps) * weight[c] + bias[c]));
    }
    CHECK((ours.mean == before.mean && ours.var == before.var));  // evaluation learns nothing
  }
}

TEST_CASE("one value a channel: an unbiased variance does not exist, a biased one is 0") {
  const double x[C] = {1, 2, 3};
  double y[C], mean[C], rstd[C];
  const auto train = [&](auto function, auto... more) {
    running r;
    const normfold_status status = function(y, mean, rstd, r.mean.data(), r.var.data(), more..., x, weight.data(),
                                            bias.data(), 1, C, 1, 1, nullptr);
    return std::pair(status, r);
  };
  CHECK(train(torch_batch_train_f64).first == NORMFOLD_ONE_ELEMENT);
  std::uint64_t batches = 0;
  CHECK(train(torch_average_train_f64, &batches).first == NORMFOLD_ONE_ELEMENT);
  CHECK(batches == 0);
  for (const auto& answer : {train(onnx_batch_train_f64), train(keras_batch_train_f64)}) {
    CHECK(answer.first == NORMFOLD_OK);
    CHECK(answer.second.var[1] < 1);
    CHECK(y[1] == bias[1]);
  }
}

// The mean far from zero beside the deviation: what one rounded offset costs (docs/decisions/0007).
TEST_CASE("evaluation is a multiply-add: its error follows the size of the offset") {
  for (const double mean : {0.0, 1.0, 1e3, 1e6}) {
    running r;
    r.mean.assign(C, mean);
    tensor x = tensor(C * H * W), y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = mean + static_cast<double>(i % 7) - 3;
    REQUIRE(torch_batch_f64(y.data(), x.data(), r.mean.data(), r.var.data(), weight.data(), bias.data(), 1, C, H, W,
                            nullptr) == NORMFOLD_OK);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / (H * W) % C;
      const long double a = static_cast<long double>(weight[c]) / std::sqrt(1 + 1e-5L);
      const long double want = (static_cast<long double>(x[i]) - mean) * a + bias[c];
      const long double offset = std::fabs(mean * a) + std::fabs(bias[c]);
      // 4 roundings of a, one of y, one of b; without fused multiply-add two more of the size of b
      CHECK(std::fabs(y[i] - want) <= 0x1p-53L * (3 * offset + 5 * std::fabs(want - bias[c]) + std::fabs(want)));
    }
  }
}

}  // namespace
