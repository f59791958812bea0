// oneDNN as a peer: LayerNorm and BatchNorm, forward and backward, in its C++ interface of version 2. It takes parameters and
// statistics in f32 only. A new primitive is a case in make().
#include <omp.h>

#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

#include "contender.hpp"
#include "storage.hpp"

namespace bench {
namespace {

class onednn {
 public:
  explicit onednn(const workload& work) : work_(work), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    const auto size = [](std::size_t n) { return static_cast<dnnl::memory::dim>(n); };
    const auto type =
        work.type == element::f32 ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
    const auto f32 = dnnl::memory::data_type::f32;
    const auto line = dnnl::memory::format_tag::a;
    const shape& s = work.size;
    if (is_rows()) {
      full_ = {{1, size(s.n), size(s.c)}, type, dnnl::memory::format_tag::abc};
      per_scope_ = {{1, size(s.n)}, f32, dnnl::memory::format_tag::ab};
    } else {
      full_ = {{size(s.n), size(s.c), size(s.h), size(s.w)},
               type,
               work.channels_last() ? dnnl::memory::format_tag::nhwc : dnnl::memory::format_tag::nchw};
      per_scope_ = {{size(s.c)}, f32, line};
    }
    per_channel_ = {{size(s.c)}, f32, line};
    make();
    scale_.resize(s.c);
    shift_.resize(s.c);
    dscale_.resize(s.c);
    dshift_.resize(s.c);
    mean_.resize(work.scopes());
    variance_.assign(work.scopes(), 1 - static_cast<float>(work.of->eps));  // the benchmark's rstd is 1
  }

  void operator()(const tensors& t, team& threads) {
    omp_set_num_threads(threads.threads());
    for (std::size_t c = 0; !has_parameters_ && c < work_.size.c; ++c) {
      scale_[c] = static_cast<float>(load_element(work_.type, t[role::weight], c));
      shift_[c] = static_cast<float>(load_element(work_.type, t[role::bias], c));
    }
    has_parameters_ = true;
    const auto memory = [&](const dnnl::memory::desc& like, void* at) { return dnnl::memory(like, engine_, at); };
    std::unordered_map<int, dnnl::memory> arguments = {{DNNL_ARG_SRC, memory(full_, t[role::x])},
                                                       {DNNL_ARG_SCALE, memory(per_channel_, scale_.data())},
                                                       {DNNL_ARG_SHIFT, memory(per_channel_, shift_.data())}};
    if (work_.of->is_backward()) {
      arguments.insert({{DNNL_ARG_DIFF_DST, memory(full_, t[role::dy])},
                        {DNNL_ARG_DIFF_SRC, memory(full_, t[role::dx])},
                        {DNNL_ARG_MEAN, memory(per_scope_, t[role::mean])},
                        {DNNL_ARG_VARIANCE, memory(per_scope_, variance_.data())},
                        {DNNL_ARG_DIFF_SCALE, memory(per_channel_, dscale_.data())},
                        {DNNL_ARG_DIFF_SHIFT, memory(per_channel_, dshift_.data())}});
    } else {
      arguments.insert({DNNL_ARG_DST, memory(full_, t[role::y])});
      if (!is_rows())
        arguments.insert({{DNNL_ARG_MEAN, memory(per_scope_, mean_.data())},
                          {DNNL_ARG_VARIANCE, memory(per_scope_, variance_.data())}});
    }
    primitive_.execute(stream_, arguments);
    stream_.wait();
    if (!work_.of->is_backward()) return;
    for (std::size_t c = 0; c < work_.size.c; ++c) {
      store_element(work_.type, t[role::dweight], c, dscale_[c]);
      store_element(work_.type, t[role::dbias], c, dshift_[c]);
    }
  }

 private:
  bool is_rows() const { return work_.of->over == scope::row; }

  // With saved or batch statistics and both parameters.
  void make() {
    const auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
    const float eps = static_cast<float>(work_.of->eps);
    const bool backward = work_.of->is_backward();
    if (is_rows()) {
      using forward = dnnl::layer_normalization_forward;
      const auto kind = backward ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
      const forward::primitive_desc hint({kind, full_, eps, flags}, engine_);
      primitive_ = forward(hint);
      if (!backward) return;
      using gradient = dnnl::layer_normalization_backward;
      primitive_ = gradient(gradient::primitive_desc({dnnl::prop_kind::backward, full_, full_, eps, flags}, engine_, hint));
    } else {
      using forward = dnnl::batch_normalization_forward;
      const forward::primitive_desc hint({dnnl::prop_kind::forward_training, full_, eps, flags}, engine_);
      primitive_ = forward(hint);
      if (!backward) return;
      using gradient = dnnl::batch_normalization_backward;
      primitive_ = gradient(gradient::primitive_desc({dnnl::prop_kind::backward, full_, full_, eps, flags}, engine_, hint));
    }
  }

  const workload& work_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::memory::desc full_, per_scope_, per_channel_;
  dnnl::primitive primitive_;
  bool has_parameters_ = false;
  std::vector<float> scale_, shift_, dscale_, dshift_, mean_, variance_;
};

}  // namespace

std::vector<contender> onednn_contenders(const workload& work) {
  const std::string_view layer = work.of->layer;
  if (layer != "layer_norm" && layer != "batch_norm") return {};
  try {
    auto bound = std::make_shared<onednn>(work);
    return {{"oneDNN " + std::to_string(dnnl::version()->major) + "." + std::to_string(dnnl::version()->minor), kind::peer,
             false, [bound](const tensors& t, team& threads) { (*bound)(t, threads); }}};
  } catch (const dnnl::error&) {
    return {};  // not made for this type on this machine
  }
}

}  // namespace bench
