// The checks of one call, in the order in which they are reported. Generated wrappers fill it; C++, no allocation.
#pragma once

#include <cstddef>
#include <cstring>
#include <initializer_list>

#include "normfold/runtime/check.h"

namespace normfold {

/// How an argument may share memory with the outputs.
enum class sharing {
  output,    ///< written: overlaps nothing, except exactly one operand of the same shape
  written,   ///< written (statistics): overlaps nothing
  operand,   ///< read: an output of the same shape may be exactly it
  parameter  ///< read: no output overlaps it
};

class arguments {
 public:
  explicit arguments(const normfold_context* context) : status_(normfold_check_context(context)) {}

  /// An axis of `extent` elements in `groups` groups.
  void groups(size_t extent, size_t count) {
    if (!normfold_divides(count, extent)) fail(NORMFOLD_NOT_DIVISIBLE);
  }

  /// A dense tensor. False extents products are found here.
  void tensor(sharing how, const void* data, size_t element, std::initializer_list<size_t> extents) {
    range& r = next(how, data, element);
    if (!normfold_tensor_bytes(&r.bytes, element, extents.begin(), extents.size())) fail(NORMFOLD_TOO_LARGE);
  }

  /// A tensor whose innermost axis is dense and whose outer axes have element strides (as many as there are outer axes).
  void tensor(sharing how, const void* data, size_t element, std::initializer_list<size_t> extents,
              std::initializer_list<size_t> strides) {
    range& r = next(how, data, element);
    size_t dense = 0;
    if (!normfold_tensor_bytes(&dense, element, extents.begin(), extents.size())) return fail(NORMFOLD_TOO_LARGE);
    if (dense == 0) return;
    r.inner = extents.begin()[extents.size() - 1];
    size_t span = r.inner;
    for (size_t i = 0; i < strides.size(); ++i) {
      const size_t extent = extents.begin()[i];
      if (extent == 1) continue;  // its stride is never taken
      size_t reach = extent - 1;
      if (!normfold_multiply(&reach, strides.begin()[i]) || !normfold_add(&span, reach))
        return fail(NORMFOLD_TOO_LARGE);
      size_t at = r.rank++;  // kept from the longest stride down
      for (; at > 0 && r.strides[at - 1] < strides.begin()[i]; --at) {
        r.strides[at] = r.strides[at - 1];
        r.extents[at] = r.extents[at - 1];
      }
      r.strides[at] = strides.begin()[i];
      r.extents[at] = extent;
    }
    r.bytes = span;
    if (!normfold_multiply(&r.bytes, element)) return fail(NORMFOLD_TOO_LARGE);
    if ((how == sharing::output || how == sharing::written) && !is_injective(r)) fail(NORMFOLD_BAD_STRIDE);
  }

  /// True where the call is already decided: an error, or nothing to do because no slice has an element to write.
  /// `kept` is the number of slices, `reduced` the number of elements that one slice reduces.
  bool decided(size_t kept, size_t reduced) {
    if (status_ != NORMFOLD_OK) return true;
    if (kept == 0) return true;
    if (reduced == 0) fail(NORMFOLD_EMPTY_AXIS);
    return reduced == 0;
  }

  /// True where nothing is wrong and there is no slice: what is summed over slices is 0.
  bool no_slice(size_t kept) const { return status_ == NORMFOLD_OK && kept == 0; }

  /// Ends a call without a slice: zeros in what is written and has elements.
  normfold_status write_zeros(const normfold_context* context) {
    const normfold_status status = finish(context, 0);
    if (status != NORMFOLD_OK) return status;
    for (size_t i = 0; i < size_; ++i)
      if (ranges_[i].how == sharing::written && ranges_[i].bytes != 0)
        std::memset(const_cast<void*>(ranges_[i].data), 0, ranges_[i].bytes);
    return NORMFOLD_OK;
  }

  /// Null pointers, then overlaps, then the workspace.
  normfold_status finish(const normfold_context* context, size_t workspace_bytes) {
    for (size_t i = 0; i < size_; ++i)
      if (ranges_[i].bytes != 0 && ranges_[i].data == nullptr) return NORMFOLD_NULL_POINTER;
    for (size_t i = 0; i < size_; ++i) {
      if (ranges_[i].how != sharing::output && ranges_[i].how != sharing::written) continue;
      for (size_t j = 0; j < size_; ++j)
        if (i != j && clash(ranges_[i], ranges_[j])) return NORMFOLD_OVERLAP;
    }
    const normfold_status status = normfold_check_workspace(context, workspace_bytes);
    if (status != NORMFOLD_OK || workspace_bytes == 0) return status;
    for (size_t i = 0; i < size_; ++i)
      if (normfold_overlap(ranges_[i].data, ranges_[i].bytes, context->workspace, workspace_bytes))
        return NORMFOLD_OVERLAP;
    return NORMFOLD_OK;
  }

  normfold_status status() const { return status_; }
  void fail(normfold_status s) {
    if (status_ == NORMFOLD_OK) status_ = s;
  }

 private:
  static constexpr size_t kMost = 32;
  static constexpr size_t kAxes = 16;
  struct range {
    sharing how;
    const void* data;
    size_t bytes;
    size_t element;
    size_t inner;
    size_t rank;
    size_t extents[kAxes];
    size_t strides[kAxes];
  };

  range& next(sharing how, const void* data, size_t element) {
    range& r = ranges_[size_ < kMost - 1 ? size_++ : size_];
    r.how = how;
    r.data = data;
    r.element = element;
    r.bytes = r.inner = r.rank = 0;
    return r;
  }

  // Axes from the shortest stride up: each step must clear everything inside it.
  static bool is_injective(const range& r) {
    size_t span = r.inner;
    for (size_t i = r.rank; i-- > 0;) {
      if (r.strides[i] < span) return false;
      span += (r.extents[i] - 1) * r.strides[i];
    }
    return true;
  }

  static bool same_strides(const range& a, const range& b) {
    if (a.rank != b.rank || a.inner != b.inner || a.element != b.element) return false;
    for (size_t i = 0; i < a.rank; ++i)
      if (a.strides[i] != b.strides[i] || a.extents[i] != b.extents[i]) return false;
    return true;
  }

  // Rows of one packed tensor that lie beside each other. Exact where the outer strides are nested, longest first.
  static bool interleaved(const range& a, const range& b) {
    if (a.rank == 0 || !same_strides(a, b)) return false;
    const uintptr_t first_a = reinterpret_cast<uintptr_t>(a.data);
    const uintptr_t first_b = reinterpret_cast<uintptr_t>(b.data);
    const size_t bytes = first_a < first_b ? first_b - first_a : first_a - first_b;
    if (bytes % a.element != 0) return false;
    const ptrdiff_t distance = static_cast<ptrdiff_t>(bytes / a.element);
    return !normfold_rows_overlap(first_a < first_b ? distance : -distance, a.inner, a.rank, a.extents, a.strides);
  }

  static bool clash(const range& out, const range& other) {
    if (!normfold_overlap(out.data, out.bytes, other.data, other.bytes)) return false;
    if (out.how == sharing::output && other.how == sharing::operand && out.data == other.data &&
        out.bytes == other.bytes && out.element == other.element && same_strides(out, other))
      return false;
    return !interleaved(out, other);
  }

  normfold_status status_;
  size_t size_ = 0;
  range ranges_[kMost];
};

}  // namespace normfold
