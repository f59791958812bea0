// oneDNN as a peer, in version 2 or 3 of its C++ interface: LayerNorm and BatchNorm, with version 3 GroupNorm and
// RMSNorm too. It takes parameters and statistics in f32 only. A new primitive is a case in make().
#include <omp.h>

#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

#include "contender.hpp"
#include "storage.hpp"

namespace bench {
namespace {

#if DNNL_VERSION_MAJOR >= 3
constexpr bool has_groups = DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR >= 3;
constexpr bool has_rms = DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR >= 10;
#else
constexpr bool has_groups = false, has_rms = false;
#endif

template <typename Forward, typename... Middle>
typename Forward::primitive_desc forward(const dnnl::engine& engine, dnnl::prop_kind kind,
                                         const dnnl::memory::desc& full, float eps, dnnl::normalization_flags flags,
                                         Middle... middle) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, kind, full, full, middle..., eps, flags};
#else
  return {{kind, full, middle..., eps, flags}, engine};
#endif
}

template <typename Forward, typename Backward, typename... Middle>
dnnl::primitive either(bool is_backward, const dnnl::engine& engine, dnnl::prop_kind kind,
                       const dnnl::memory::desc& full, float eps, dnnl::normalization_flags flags, Middle... middle) {
  const auto hint = forward<Forward>(engine, kind, full, eps, flags, middle...);
  if (!is_backward) return Forward(hint);
#if DNNL_VERSION_MAJOR >= 3
  return Backward({engine, dnnl::prop_kind::backward, full, full, full, middle..., eps, flags, hint});
#else
  return Backward({{dnnl::prop_kind::backward, full, full, middle..., eps, flags}, engine, hint});
#endif
}

class onednn {
 public:
  onednn(const workload& work, int threads) : work_(work), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    omp_set_num_threads(threads);  // a primitive divides its work when it is made
    using tag = dnnl::memory::format_tag;
    const auto size = [](std::size_t n) { return static_cast<dnnl::memory::dim>(n); };
    const auto type = work.type == element::f32 ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
    const auto f32 = dnnl::memory::data_type::f32;
    const shape& s = work.size;
    const dnnl::memory::desc per_channel({size(s.c)}, f32, tag::a);
    dnnl::memory::desc full, per_scope;
    if (is_rows()) {
      full = {{1, size(s.n), size(s.c)}, type, tag::abc};
      per_scope = {{1, size(s.n)}, f32, tag::ab};
    } else {
      full = {{size(s.n), size(s.c), size(s.h), size(s.w)}, type, work.channels_last() ? tag::nhwc : tag::nchw};
      per_scope = per_channel;
      if (is_groups()) per_scope = {{size(s.n), size(groups())}, f32, tag::ab};
    }
    make(full);
    scale_.resize(s.c);
    shift_.resize(s.c);
    dscale_.resize(s.c);
    dshift_.resize(s.c);
    mean_.resize(work.scopes());
    variance_.assign(work.scopes(), 1 - static_cast<float>(work.of->eps));  // the benchmark's rstd is 1
    const auto bind = [&](int argument, const dnnl::memory::desc& like, void* at) {
      arguments_[argument] = dnnl::memory(like, engine_, at);
    };
    bind(DNNL_ARG_SRC, full, nullptr);
    bind(DNNL_ARG_SCALE, per_channel, scale_.data());
    if (work.of->centered) bind(DNNL_ARG_SHIFT, per_channel, shift_.data());
    if (work.of->is_backward()) {
      bind(DNNL_ARG_DIFF_DST, full, nullptr);
      bind(DNNL_ARG_DIFF_SRC, full, nullptr);
      if (work.of->centered) bind(DNNL_ARG_MEAN, per_scope, mean_.data());
      bind(DNNL_ARG_VARIANCE, per_scope, variance_.data());
      bind(DNNL_ARG_DIFF_SCALE, per_channel, dscale_.data());
      if (work.of->centered) bind(DNNL_ARG_DIFF_SHIFT, per_channel, dshift_.data());
    } else {
      bind(DNNL_ARG_DST, full, nullptr);
      if (work.of->over == scope::channel) {
        bind(DNNL_ARG_MEAN, per_scope, mean_.data());
        bind(DNNL_ARG_VARIANCE, per_scope, variance_.data());
      }
    }
  }

  void operator()(const tensors& t, team& threads) {
    omp_set_num_threads(threads.threads());
    if (!has_parameters_) take_parameters(t);
    arguments_.at(DNNL_ARG_SRC).set_data_handle(t[role::x]);
    if (work_.of->is_backward()) {
      arguments_.at(DNNL_ARG_DIFF_DST).set_data_handle(t[role::dy]);
      arguments_.at(DNNL_ARG_DIFF_SRC).set_data_handle(t[role::dx]);
    } else {
      arguments_.at(DNNL_ARG_DST).set_data_handle(t[role::y]);
    }
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

  // Gradients of parameters are f32 here; statistics that data of another mean have are taken before the next run.
  void finish(const tensors& t) {
    has_parameters_ = false;
    for (std::size_t c = 0; work_.of->is_backward() && c < work_.size.c; ++c) {
      store_element(work_.type, t[role::dweight], c, dscale_[c]);
      store_element(work_.type, t[role::dbias], c, dshift_[c]);
    }
  }

 private:
  bool is_rows() const { return work_.of->over == scope::row; }
  bool is_groups() const { return work_.of->over == scope::group || work_.of->over == scope::instance; }
  std::size_t groups() const { return work_.of->over == scope::instance ? work_.size.c : work_.size.g; }

  void take_parameters(const tensors& t) {
    for (std::size_t c = 0; c < work_.size.c; ++c) {
      scale_[c] = static_cast<float>(load_element(work_.type, t[role::weight], c));
      shift_[c] = static_cast<float>(load_element(work_.type, t[role::bias], c));
    }
    const bool evaluation = work_.of->is_evaluation();
    for (std::size_t s = 0; s < mean_.size(); ++s) {
      mean_[s] = t.as<const float>(evaluation ? role::running_mean : role::mean)[s];
      if (evaluation) variance_[s] = t.as<const float>(role::running_var)[s];
    }
    has_parameters_ = true;
  }

  // With saved, given or batch statistics and all parameters.
  void make(const dnnl::memory::desc& full) {
    using flag = dnnl::normalization_flags;
    flag flags = flag::use_scale;
    if (work_.of->centered) flags |= flag::use_shift;
#if DNNL_VERSION_MAJOR > 3 || (DNNL_VERSION_MAJOR == 3 && DNNL_VERSION_MINOR >= 10)
    if (!work_.of->centered) flags |= flag::rms_norm;
#endif
    if (work_.of->is_evaluation()) flags |= flag::use_global_stats;
    const float eps = static_cast<float>(work_.of->eps);
    const bool backward = work_.of->is_backward();
    const bool training = backward || std::string_view(work_.of->direction) == "train";
    const auto kind = training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
    if (is_rows()) {
      primitive_ = either<dnnl::layer_normalization_forward, dnnl::layer_normalization_backward>(
          backward, engine_, kind, full, eps, flags);
    } else if (is_groups()) {
#if DNNL_VERSION_MAJOR > 3 || (DNNL_VERSION_MAJOR == 3 && DNNL_VERSION_MINOR >= 3)
      primitive_ = either<dnnl::group_normalization_forward, dnnl::group_normalization_backward>(
          backward, engine_, kind, full, eps, flags, static_cast<dnnl::memory::dim>(groups()));
#endif
    } else {
      primitive_ = either<dnnl::batch_normalization_forward, dnnl::batch_normalization_backward>(
          backward, engine_, kind, full, eps, flags);
    }
  }

  const workload& work_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> arguments_;
  bool has_parameters_ = false;
  std::vector<float> scale_, shift_, dscale_, dshift_, mean_, variance_;
};

bool has(const workload& work) {
  const std::string_view layer = work.of->layer;
  if (layer == "layer_norm" || layer == "batch_norm") return true;
  if (layer == "rms_norm") return has_rms;
  return (layer == "group_norm" || layer == "instance_norm") && has_groups;
}

}  // namespace

std::vector<contender> onednn_contenders(const workload& work, int threads) {
  if (!has(work)) return {};
  try {
    auto bound = std::make_shared<onednn>(work, threads);
    contender one{"oneDNN " + std::to_string(dnnl::version()->major) + "." + std::to_string(dnnl::version()->minor),
                  kind::peer, false, [bound](const tensors& t, team& all) { (*bound)(t, all); },
                  [bound](const tensors& t) { bound->finish(t); }};
    one.own_threads = true;
    return {one};
  } catch (const dnnl::error&) {
    return {};  // not made for this type on this machine
  }
}

}  // namespace bench
