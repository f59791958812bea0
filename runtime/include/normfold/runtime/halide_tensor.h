// Tensors of a call as Halide's buffers, and the part of them that one task computes. Plain C++ with HalideRuntime.h only.
#ifndef NORMFOLD_RUNTIME_HALIDE_TENSOR_H_
#define NORMFOLD_RUNTIME_HALIDE_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "HalideRuntime.h"
#include "normfold/runtime/cache.h"

namespace normfold {

/// One axis of a tensor as Halide sees it; strides count elements.
struct halide_axis {
  std::size_t extent, stride;
};

/// A tensor of the caller as a buffer of Halide's, the innermost axis first.
class halide_tensor {
 public:
  static constexpr std::size_t kAxes = 16;

  halide_tensor(const void* data, halide_type_t type, std::initializer_list<halide_axis> axes) : buffer_() {
    buffer_.host = static_cast<std::uint8_t*>(const_cast<void*>(data));
    buffer_.type = type;
    buffer_.dimensions = static_cast<std::int32_t>(axes.size());
    buffer_.dim = axes_;
    std::size_t i = 0;
    for (const halide_axis& axis : axes) {
      fits_ = fits_ && axis.extent <= INT32_MAX && (axis.stride <= INT32_MAX || axis.extent == 1);
      axes_[i++] =
          halide_dimension_t(0, static_cast<std::int32_t>(axis.extent), static_cast<std::int32_t>(axis.stride));
    }
  }
  halide_tensor(const halide_tensor&) = delete;
  halide_tensor& operator=(const halide_tensor&) = delete;

  /// Whether extents and strides are within Halide's 32 bits. The number of elements is not limited.
  bool fits() const { return fits_; }

  /// Each iteration of the kernel's parallel loop takes one run of this, of so many bytes and so many bytes apart.
  void in_runs(std::size_t apart, std::size_t bytes) {
    apart_ = apart;
    run_ = bytes;
  }
  std::uint8_t* run_of(std::size_t iteration) const { return buffer_.host + iteration * apart_; }
  std::size_t run() const { return run_; }
  const halide_buffer_t* buffer() const { return &buffer_; }
  halide_buffer_t* buffer() { return &buffer_; }

 private:
  halide_buffer_t buffer_;
  halide_dimension_t axes_[kAxes];
  bool fits_ = true;
  std::size_t apart_ = 0, run_ = 0;
};

/// Tensors of one call, those that are read or those that are written.
using halide_tensors = std::initializer_list<halide_tensor*>;

/// A task's part of the tensors of a call whose slices are single runs. Its outputs go past the cache. Halide 14 has no such
/// stores: each slice is computed into a buffer that stays in cache, and written from there.
class halide_stage {
 public:
  static constexpr std::size_t kBytes = std::size_t{1} << 15, kTensors = 16, kLine = 64;

  /// Whether this machine can, the context or the size asks for it, and the buffer suffices.
  static bool serves(const normfold_context* context, std::size_t slices, halide_tensors read, halide_tensors written) {
#if defined(__SSE2__)
    std::size_t bytes = 0, shortest = kBytes;
    for (const halide_tensor* t : written)
      if (is_staged(*t)) {
        bytes += whole_lines(t->run());
        shortest = t->run() < shortest ? t->run() : shortest;
      }
    return bytes > 0 && bytes <= kBytes && read.size() + written.size() <= kTensors &&
           streams(context, slices * bytes, shortest);
#else
    static_cast<void>(context), static_cast<void>(slices), static_cast<void>(read), static_cast<void>(written);
    return false;
#endif
  }

  halide_stage(halide_tensors read, halide_tensors written, std::size_t first, std::size_t slices)
      : first_(first), slices_(slices) {
    for (halide_tensor* t : read) crop(*t, nullptr);
    std::uint8_t* free = bytes_;
    for (halide_tensor* t : written) {
      crop(*t, is_staged(*t) ? free : nullptr);
      if (is_staged(*t)) free += whole_lines(t->run());
    }
  }
  halide_stage(const halide_stage&) = delete;
  halide_stage& operator=(const halide_stage&) = delete;
#if defined(__SSE2__)
  ~halide_stage() { _mm_sfence(); }
#endif

  halide_buffer_t* operator()(const halide_tensor& t) {
    part* p = parts_;
    while (p->of != &t) ++p;
    return &p->buffer;
  }

  /// Writes what slice number i of the task left in the buffer.
  void store(std::size_t i) {
    for (part* p = parts_; p != end_; ++p)
      if (p->staged != nullptr) write(p->of->run_of(first_ + i), p->staged, p->of->run());
  }

 private:
  struct part {
    const halide_tensor* of;
    std::uint8_t* staged;
    halide_buffer_t buffer;
    halide_dimension_t axes[halide_tensor::kAxes];
  };

  static bool is_staged(const halide_tensor& t) { return t.run() >= kShortRun; }
  static std::size_t whole_lines(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

  // The slices are the outermost axis. Those in the buffer lie one over the other.
  void crop(const halide_tensor& t, std::uint8_t* staged) {
    part& p = *end_++;
    p.of = &t;
    p.staged = staged;
    p.buffer = *t.buffer();
    for (int a = 0; a < p.buffer.dimensions; ++a) p.axes[a] = p.buffer.dim[a];
    p.buffer.dim = p.axes;
    if (t.run() == 0) return;
    halide_dimension_t& slices = p.axes[p.buffer.dimensions - 1];
    slices.extent = static_cast<std::int32_t>(slices_);
    p.buffer.host = staged != nullptr ? staged : t.run_of(first_);
    if (staged != nullptr) slices.stride = 0;
  }

  static void write(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
#if defined(__SSE2__)
    std::size_t at = (kLine - reinterpret_cast<std::uintptr_t>(to) % kLine) % kLine;
    std::memcpy(to, from, at);
    for (; at + kLine <= bytes; at += kLine) {
      for (std::size_t b = at; b < at + kLine; b += sizeof(__m128i))
        _mm_stream_si128(reinterpret_cast<__m128i*>(to + b),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + b)));
    }
    std::memcpy(to + at, from + at, bytes - at);
#else
    std::memcpy(to, from, bytes);
#endif
  }

  std::size_t first_, slices_;
  part parts_[kTensors];
  part* end_ = parts_;
  alignas(kLine) std::uint8_t bytes_[kBytes];
};

}  // namespace normfold

#endif  // NORMFOLD_RUNTIME_HALIDE_TENSOR_H_
