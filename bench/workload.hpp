// What is measured: a layer, its shape and type, and which tensors it reads and writes.
// A new workload is a line of the list in workload.cpp; a new layer is a family there, a line in layers/, a plain
// loop and (unless it is one of the six norms) a reference.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// The tensors that a layer may touch.
enum class role { x, residual, y, sum, dy, dx, weight, bias, dweight, dbias, mean, rstd, running_mean, running_var };
constexpr std::size_t role_count = 14;
constexpr std::array<std::string_view, role_count> role_names = {
    "x",    "residual", "y",     "sum",  "dy",   "dx",           "weight",
    "bias", "dweight",  "dbias", "mean", "rstd", "running_mean", "running_var"};

/// One address for each role; null where the layer has no such tensor.
struct tensors {
  std::array<void*, role_count> at{};

  void*& operator[](role r) { return at[static_cast<std::size_t>(r)]; }
  void* operator[](role r) const { return at[static_cast<std::size_t>(r)]; }
  template <typename T>
  T* as(role r) const {
    return static_cast<T*>((*this)[r]);
  }
};

enum class element { f32, bf16 };
constexpr std::size_t bytes_of(element e) { return e == element::f32 ? 4 : 2; }
constexpr const char* name_of(element e) { return e == element::f32 ? "f32" : "bf16"; }

/// Rows of a matrix are n with c elements each; an image has h x w pixels; g groups of channels.
struct shape {
  std::size_t n = 1, c = 1, h = 1, w = 1, g = 1;

  std::size_t pixels() const { return h * w; }
  std::size_t elements() const { return n * c * h * w; }
  /// The extent by the name that a generated function gives it.
  std::size_t extent(std::string_view name) const;
};

/// The elements that share statistics.
enum class scope { row, channel, instance, group };

/// A layer, apart from its size.
struct family {
  const char* label;      ///< in the workload's name
  const char* layer;      ///< in layers/
  const char* direction;  ///< "infer", "train" or "backward"
  scope over;
  bool centered;
  double eps;
  std::vector<role> reads;   ///< whole tensors
  std::vector<role> writes;  ///< whole tensors
  double percent = 100;      ///< of a row's elements that its statistics are of
  bool is_backward() const { return std::string_view(direction) == "backward"; }
  /// BatchNorm in evaluation: nothing is summed.
  bool is_evaluation() const { return over == scope::channel && std::string_view(direction) == "infer"; }
};

/// One row of the report, apart from regime, threads and contender.
struct workload {
  const family* of;
  shape size;
  element type;
  std::string order;  ///< memory order, or empty where the layer has only one
  bool quick;         ///< part of the short list

  std::string name() const;
  bool channels_last() const { return order == "NHWC"; }
  /// How many elements of a row its statistics are of.
  std::size_t counted() const {
    return static_cast<std::size_t>(std::ceil(of->percent / 100 * static_cast<double>(size.c)));
  }
  std::size_t tensor_bytes() const { return size.elements() * bytes_of(type); }
  /// How many tensors have to come from memory once more, since statistics need all of them.
  std::size_t rereads() const { return channels_last() && !of->is_evaluation() ? of->reads.size() : 0; }
  std::size_t traffic() const { return (of->reads.size() + of->writes.size() + rereads()) * tensor_bytes(); }
  /// Tensors that share statistics, and their size, as the reference and the plain loops count them.
  std::size_t scopes() const;
};

/// Every workload, in the order of the report.
std::vector<workload> all_workloads();

/// The workload that workload::name() and a type name ("f32" where there is none), of any size: "GN NHWC 2x96x40x40 G=8 bf16".
/// Throws std::runtime_error, which says what was expected.
workload workload_named(const std::string& text);

/// Workloads of any size, for growth.cpp: LayerNorm, and BatchNorm in training with channels innermost.
workload layer_norm_of(std::size_t rows, std::size_t columns);
workload batch_norm_of(std::size_t images, std::size_t channels, std::size_t side);

}  // namespace bench
