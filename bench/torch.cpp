// PyTorch as a peer, by its C++ library, version 2.4 or later. What it would allocate for an output is the benchmark's
// own buffer, so that it writes where all others write and meets no fresh pages. A layer is a case in
// torch::operator().
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <unordered_map>

#include "contender.hpp"

namespace bench {
namespace {

// Hands out given addresses first, to whoever asks for as many bytes, then blocks that it keeps and reuses.
class recycler : public c10::Allocator {
 public:
  void offer(void* at, std::size_t bytes) { offered_.emplace_back(at, bytes); }
  void withdraw() { offered_.clear(); }

  c10::DataPtr allocate(std::size_t bytes) override {
    for (auto& [at, size] : offered_) {
      if (at != nullptr && size == bytes) return {std::exchange(at, nullptr), c10::Device(c10::DeviceType::CPU)};
    }
    std::vector<void*>& blocks = free_[bytes];
    void* at = nullptr;
    if (!blocks.empty()) {
      at = blocks.back();
      blocks.pop_back();
    } else {
      at = std::aligned_alloc(64, (bytes + 127) / 64 * 64);
      if (at == nullptr) throw std::bad_alloc();
      bytes_[at] = bytes;
    }
    return {at, at, &give_back, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

  static recycler& only() {
    static recycler* one = [] {
      auto* made = new recycler;  // outlives every tensor
      c10::SetCPUAllocator(made, 100);
      return made;
    }();
    return *one;
  }

 private:
  static void give_back(void* at) {
    recycler& all = only();
    if (at != nullptr) all.free_[all.bytes_.at(at)].push_back(at);
  }

  std::vector<std::pair<void*, std::size_t>> offered_;
  std::map<std::size_t, std::vector<void*>> free_;
  std::unordered_map<void*, std::size_t> bytes_;
};

class torch {
 public:
  explicit torch(const workload& work) : work_(work), layer_(work.of->layer) {
    recycler::only();
    const c10::InferenceMode inference;
    const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    const shape& s = work.size;
    n_ = size(s.n), c_ = size(s.c), pixels_ = size(s.pixels());
    groups_ = work.of->over == scope::instance ? c_ : size(s.g);
    if (work.of->over == scope::row) {
      sizes_ = {n_, c_};
      strides_ = {c_, 1};
    } else {
      const std::int64_t h = size(s.h), w = size(s.w);
      sizes_ = {n_, c_, h, w};
      strides_ = {c_ * h * w, h * w, w, 1};
      if (work.channels_last()) strides_ = {c_ * h * w, 1, w * c_, c_};
    }
    for (role r : work.of->reads) at(r) = whole(nullptr);
    for (role r : work.of->writes) at(r) = whole(nullptr);
  }

  void operator()(const tensors& t, team& threads) {
    const c10::InferenceMode inference;
    if (at::get_num_threads() != threads.threads()) at::set_num_threads(threads.threads());
    if (!weight_.defined()) take_parameters(t);
    for (role r : work_.of->reads) point(at(r), t[r]);
    for (role r : work_.of->writes) recycler::only().offer(t[r], work_.tensor_bytes());
    result_ = at::Tensor();
    const at::Tensor &x = at(role::x), &dy = at(role::dy);
    if (work_.of->is_backward()) {
      const std::array<bool, 3> all{true, true, true};
      if (layer_ == "layer_norm")
        std::tie(result_, dweight_, dbias_) =
            at::native_layer_norm_backward(dy, x, {c_}, mean_, rstd_, weight_, bias_, all);
      if (layer_ == "batch_norm")
        std::tie(result_, dweight_, dbias_) =
            at::native_batch_norm_backward(dy, x, weight_, {}, {}, mean_, rstd_, true, work_.of->eps, all);
      if (is_groups())
        std::tie(result_, dweight_, dbias_) =
            at::native_group_norm_backward(dy, x, mean_, rstd_, weight_, n_, c_, pixels_, groups_, all);
    } else if (layer_ == "batch_norm") {
      result_ = std::get<0>(
          at::native_batch_norm(x, weight_, bias_, mean_, rstd_, !work_.of->is_evaluation(), 0.1, work_.of->eps));
    } else if (layer_ == "instance_norm") {
      result_ = at::instance_norm(x, weight_, bias_, {}, {}, true, 0.1, work_.of->eps, false);
    } else if (layer_ == "group_norm") {
      result_ = std::get<0>(at::native_group_norm(x, weight_, bias_, n_, c_, pixels_, groups_, work_.of->eps));
    } else if (layer_ == "p_rms_norm") {
      const at::Tensor part = x.narrow(1, 0, static_cast<std::int64_t>(work_.counted()));
      result_ = x * at::rsqrt(at::mean(at::square(part), {1}, true) + work_.of->eps) * weight_;
    } else {
      rows(t, x);
    }
    recycler::only().withdraw();
  }

  // Composed functions end in a buffer of their own; parameters of another type have gradients of it.
  void finish(const tensors& t) {
    const c10::InferenceMode inference;
    const role first = work_.of->writes.front();
    if (result_.data_ptr() != t[first]) whole(t[first]).copy_(result_);
    if (work_.of->is_backward()) {
      at::from_blob(t[role::dweight], {c_}, type()).copy_(dweight_);
      at::from_blob(t[role::dbias], {c_}, type()).copy_(dbias_);
    }
    weight_ = at::Tensor();  // other data may have other statistics
  }

 private:
  bool is_groups() const { return layer_ == "group_norm" || layer_ == "instance_norm"; }
  at::ScalarType type() const { return work_.type == element::f32 ? at::kFloat : at::kBFloat16; }
  at::Tensor& at(role r) { return tensors_[static_cast<std::size_t>(r)]; }

  at::Tensor whole(void* data) const {
    return at::from_blob(data == nullptr ? const_cast<char*>(nowhere_) : data, sizes_, strides_,
                         at::TensorOptions(type()));
  }

  static void point(at::Tensor& tensor, void* data) {
    tensor.storage().set_data_ptr_noswap(c10::DataPtr(data, c10::Device(c10::DeviceType::CPU)));
  }

  void rows(const tensors& t, const at::Tensor& x) {
    const at::Tensor* from = &x;
    if (work_.of->reads.size() == 2) {
      recycler::only().withdraw();
      recycler::only().offer(t[role::y], work_.tensor_bytes());
      at::Tensor& sum = at(role::sum);
      point(sum, t[role::sum]);
      at::add_out(sum, x, at(role::residual));
      from = &sum;
    }
    if (work_.of->centered) {
      result_ = std::get<0>(at::native_layer_norm(*from, {c_}, weight_, bias_, work_.of->eps));
    } else {
      result_ = at::rms_norm(*from, {c_}, weight_, work_.of->eps);
    }
  }

  // BatchNorm in 16 bits has its parameters in f32, and so have gradients, which would be sums in 16 bits. Statistics
  // have the type of the parameters.
  void take_parameters(const tensors& t) {
    const bool backward = work_.of->is_backward();
    const auto kind = backward || layer_ == "batch_norm" ? at::kFloat : type();
    const auto statistics = [&](role r) {
      const auto count = static_cast<std::int64_t>(work_.scopes());
      at::Tensor values = at::from_blob(t[r], {count}, at::kFloat).to(kind, false, true);
      if (layer_ == "layer_norm") return values.reshape({n_, 1});
      return is_groups() ? values.reshape({n_, groups_}) : values;
    };
    weight_ = at::from_blob(t[role::weight], {c_}, type()).to(kind, false, true);
    bias_ = at::from_blob(t[role::bias], {c_}, type()).to(kind, false, true);
    if (backward || layer_ == "batch_norm") {
      mean_ = statistics(backward ? role::mean : role::running_mean);
      rstd_ = statistics(backward ? role::rstd : role::running_var);
    }
  }

  static constexpr char nowhere_[64] = {};
  const workload& work_;
  const std::string_view layer_;
  std::vector<std::int64_t> sizes_, strides_;
  std::int64_t n_ = 0, c_ = 0, pixels_ = 0, groups_ = 0;
  std::array<at::Tensor, role_count> tensors_;
  at::Tensor weight_, bias_, mean_, rstd_, result_, dweight_, dbias_;
};

}  // namespace

std::vector<contender> torch_contenders(const workload& work) {
  if (work.of->is_backward() && std::string_view(work.of->layer) == "rms_norm") return {};  // only through its autograd
  auto bound = std::make_shared<torch>(work);
  contender one{"PyTorch " + std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR),
                kind::peer, false, [bound](const tensors& t, team& threads) { (*bound)(t, threads); },
                [bound](const tensors& t) { bound->finish(t); }};
  one.own_threads = true;
  return {one};
}

}  // namespace bench
