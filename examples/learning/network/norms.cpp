// Calls of the generated functions (norms.hpp): train keeps x and the statistics, backward takes both.
#include "norms.hpp"

#include <normfold/runtime/status.h>

#include <cstdio>
#include <cstdlib>

#include "learning_norms.h"

namespace {

void check(normfold_status status) {
  if (status == NORMFOLD_OK) return;
  std::fprintf(stderr, "a norm: %s\n", normfold_status_text(status));
  std::exit(1);
}

// Scratch memory of one norm, lent to a function by the context.
class workspace {
 public:
  const normfold_context* lend(std::size_t bytes) {
    memory_.resize((bytes + sizeof(line) - 1) / sizeof(line));
    context_.workspace = memory_.data();
    context_.workspace_bytes = bytes;
    return &context_;
  }

 private:
  struct alignas(NORMFOLD_WORKSPACE_ALIGNMENT) line {
    unsigned char bytes[NORMFOLD_WORKSPACE_ALIGNMENT];
  };
  std::vector<line> memory_;
  normfold_context context_ = normfold_default_context();
};

// What all of them keep between forward and backward.
class norm : public module {
 public:
  explicit norm(std::size_t channels, bool has_bias = true)
      : weight_(std::vector<float>(channels, 1)), bias_(std::vector<float>(has_bias ? channels : 0)) {}

  tensor forward(tensor x, mode how) final {
    if (how == mode::infer) {
      call_infer(x.data(), x.size);
      return x;
    }
    x_ = std::move(x);
    tensor y(x_.size);
    call_train(y.data(), x_.size);
    return y;
  }
  tensor backward(tensor dy) final {
    call_backward(dy.data(), x_.size);
    return dy;
  }
  void visit(const std::function<void(parameter&)>& each) override {
    each(weight_);
    if (!bias_.value.empty()) each(bias_);
  }

 protected:
  virtual void call_infer(float* x, const shape& s) = 0;      // in place
  virtual void call_train(float* y, const shape& s) = 0;      // from x()
  virtual void call_backward(float* dy, const shape& s) = 0;  // in place

  [[nodiscard]] const float* x() const { return x_.data(); }
  [[nodiscard]] const float* weight() const { return weight_.value.data(); }
  [[nodiscard]] const float* bias() const { return bias_.value.data(); }
  [[nodiscard]] float* dweight() { return weight_.gradient.data(); }
  [[nodiscard]] float* dbias() { return bias_.gradient.data(); }
  float* mean(std::size_t count) {
    mean_.resize(count);
    return mean_.data();
  }
  float* rstd(std::size_t count) {
    rstd_.resize(count);
    return rstd_.data();
  }
  [[nodiscard]] const float* mean() const { return mean_.data(); }
  [[nodiscard]] const float* rstd() const { return rstd_.data(); }
  workspace scratch_;

 private:
  parameter weight_, bias_;
  tensor x_;
  std::vector<float> mean_, rstd_;
};

class batch_norm : public norm {
 public:
  explicit batch_norm(std::size_t channels) : norm(channels), running_mean_(channels), running_var_(channels, 1) {}

 protected:
  void call_infer(float* x, const shape& s) override {
    check(
        batch_norm_f32(x, x, running_mean_.data(), running_var_.data(), weight(), bias(), s.n, s.c, s.h, s.w, nullptr));
  }
  void call_train(float* y, const shape& s) override {
    check(batch_norm_train_f32(y, mean(s.c), rstd(s.c), running_mean_.data(), running_var_.data(), x(), weight(),
                               bias(), s.n, s.c, s.h, s.w, nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    check(batch_norm_backward_f32(dy, dweight(), dbias(), dy, x(), mean(), rstd(), weight(), s.n, s.c, s.h, s.w,
                                  nullptr));
  }

 private:
  std::vector<float> running_mean_, running_var_;
};

class group_norm : public norm {
 public:
  explicit group_norm(std::size_t channels) : norm(channels), groups_(channels / 4) {}

 protected:
  void call_infer(float* x, const shape& s) override {
    check(group_norm_f32(x, x, weight(), bias(), s.n, s.c, s.h, s.w, groups_, nullptr));
  }
  void call_train(float* y, const shape& s) override {
    check(group_norm_train_f32(y, mean(s.n * groups_), rstd(s.n * groups_), x(), weight(), bias(), s.n, s.c, s.h, s.w,
                               groups_, nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    const std::size_t bytes = group_norm_backward_f32_workspace(s.n, s.c, s.h, s.w, groups_);
    check(group_norm_backward_f32(dy, dweight(), dbias(), dy, x(), mean(), rstd(), weight(), s.n, s.c, s.h, s.w,
                                  groups_, scratch_.lend(bytes)));
  }

 private:
  std::size_t groups_;
};

class instance_norm : public norm {
 public:
  using norm::norm;

 protected:
  void call_infer(float* x, const shape& s) override {
    check(instance_norm_f32(x, x, weight(), bias(), s.n, s.c, s.h, s.w, nullptr));
  }
  void call_train(float* y, const shape& s) override {
    check(instance_norm_train_f32(y, mean(s.n * s.c), rstd(s.n * s.c), x(), weight(), bias(), s.n, s.c, s.h, s.w,
                                  nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    const std::size_t bytes = instance_norm_backward_f32_workspace(s.n, s.c, s.h, s.w);
    check(instance_norm_backward_f32(dy, dweight(), dbias(), dy, x(), mean(), rstd(), weight(), s.n, s.c, s.h, s.w,
                                     scratch_.lend(bytes)));
  }
};

class image_layer_norm : public norm {
 public:
  using norm::norm;

 protected:
  void call_infer(float* x, const shape& s) override {
    check(image_layer_norm_f32(x, x, weight(), bias(), s.n, s.c, s.h, s.w, nullptr));
  }
  void call_train(float* y, const shape& s) override {
    check(image_layer_norm_train_f32(y, mean(s.n), rstd(s.n), x(), weight(), bias(), s.n, s.c, s.h, s.w, nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    const std::size_t bytes = image_layer_norm_backward_f32_workspace(s.n, s.c, s.h, s.w);
    check(image_layer_norm_backward_f32(dy, dweight(), dbias(), dy, x(), mean(), rstd(), weight(), s.n, s.c, s.h, s.w,
                                        scratch_.lend(bytes)));
  }
};

class layer_norm : public norm {
 public:
  using norm::norm;

 protected:
  void call_infer(float* x, const shape& s) override {
    check(layer_norm_f32(x, x, weight(), bias(), s.n, s.c, nullptr));
  }
  void call_train(float* y, const shape& s) override {
    check(layer_norm_train_f32(y, mean(s.n), rstd(s.n), x(), weight(), bias(), s.n, s.c, nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    check(layer_norm_backward_f32(dy, dweight(), dbias(), dy, x(), mean(), rstd(), weight(), s.n, s.c,
                                  scratch_.lend(layer_norm_backward_f32_workspace(s.n, s.c))));
  }
};

class rms_norm : public norm {
 public:
  explicit rms_norm(std::size_t channels) : norm(channels, false) {}

 protected:
  void call_infer(float* x, const shape& s) override { check(rms_norm_f32(x, x, weight(), s.n, s.c, nullptr)); }
  void call_train(float* y, const shape& s) override {
    check(rms_norm_train_f32(y, rstd(s.n), x(), weight(), s.n, s.c, nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    check(rms_norm_backward_f32(dy, dweight(), dy, x(), rstd(), weight(), s.n, s.c,
                                scratch_.lend(rms_norm_backward_f32_workspace(s.n, s.c))));
  }
};

class p_rms_norm : public norm {
 public:
  explicit p_rms_norm(std::size_t channels) : norm(channels, false) {}

 protected:
  void call_infer(float* x, const shape& s) override { check(p_rms_norm_f32(x, x, weight(), s.n, s.c, nullptr)); }
  void call_train(float* y, const shape& s) override {
    check(p_rms_norm_train_f32(y, rstd(s.n), x(), weight(), s.n, s.c, nullptr));
  }
  void call_backward(float* dy, const shape& s) override {
    check(p_rms_norm_backward_f32(dy, dweight(), dy, x(), rstd(), weight(), s.n, s.c,
                                  scratch_.lend(p_rms_norm_backward_f32_workspace(s.n, s.c))));
  }
};

}  // namespace

layer_ptr make_norm(const std::string& name, std::size_t channels) {
  if (name == "BN") return std::make_unique<batch_norm>(channels);
  if (name == "GN") return std::make_unique<group_norm>(channels);
  if (name == "IN") return std::make_unique<instance_norm>(channels);
  if (name == "LN") return std::make_unique<image_layer_norm>(channels);
  if (name == "row LN") return std::make_unique<layer_norm>(channels);
  if (name == "RMS") return std::make_unique<rms_norm>(channels);
  if (name == "pRMS") return std::make_unique<p_rms_norm>(channels);
  return nullptr;
}
