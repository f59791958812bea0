// The checks that generated functions make before they write anything, and the call of the caller's threads.
// Plain C; nothing here allocates, blocks or keeps state. A check of a new kind is one function here.
#ifndef NORMFOLD_RUNTIME_CHECK_H_
#define NORMFOLD_RUNTIME_CHECK_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "normfold/runtime/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The size of version 1 of normfold_context: up to and including `stores`.
#define NORMFOLD_CONTEXT_SIZE_1 (offsetof(normfold_context, stores) + sizeof(normfold_stores))

/// *total *= factor. False, with *total unchanged, where the product exceeds PTRDIFF_MAX, the size of the largest
/// possible object. Start from the element's size to get bytes. Once *total is 0 it stays 0.
static inline bool normfold_multiply(size_t* total, size_t factor) {
  if (factor != 0 && *total > (size_t)PTRDIFF_MAX / factor) return false;
  *total *= factor;
  return true;
}

/// *total += term, under the same limit.
static inline bool normfold_add(size_t* total, size_t term) {
  if (*total > (size_t)PTRDIFF_MAX || term > (size_t)PTRDIFF_MAX - *total) return false;
  *total += term;
  return true;
}

/// The bytes of a dense tensor of these extents. An extent of 0 makes it 0, however large the others are.
static inline bool normfold_tensor_bytes(size_t* bytes, size_t element_bytes, const size_t* extents, size_t rank) {
  *bytes = 0;
  for (size_t i = 0; i < rank; ++i) {
    if (extents[i] == 0) return true;
  }
  size_t total = element_bytes;
  for (size_t i = 0; i < rank; ++i) {
    if (!normfold_multiply(&total, extents[i])) return false;
  }
  *bytes = total;
  return true;
}

/// Whether an axis of `extent` elements falls into `groups` equal parts. No axis falls into 0 groups.
static inline bool normfold_divides(size_t groups, size_t extent) { return groups != 0 && extent % groups == 0; }

/// Whether two ranges of bytes have a byte in common. An empty range overlaps nothing. Null is an address like any
/// other: check it first.
static inline bool normfold_overlap(const void* a, size_t bytes_a, const void* b, size_t bytes_b) {
  const uintptr_t first_a = (uintptr_t)a;
  const uintptr_t first_b = (uintptr_t)b;
  if (bytes_a == 0 || bytes_b == 0) return false;
  return first_a <= first_b ? first_b - first_a < bytes_a : first_a - first_b < bytes_b;
}

/// The same for an output that may be exactly this operand, where the two have the same shape and type.
static inline bool normfold_partial_overlap(const void* a, size_t bytes_a, const void* b, size_t bytes_b) {
  return a != b && normfold_overlap(a, bytes_a, b, bytes_b);
}

/// Whether two tensors of equal extents and strides have a byte in common, exactly: rows of one packed tensor may lie
/// between each other. The second starts `distance` bytes behind the first (before it, if negative). A row has `row`
/// bytes; the outer axes follow from the longest stride down, strides in bytes, each at least as long as everything
/// inside it, so that on every axis only the two nearest offsets can meet.
static inline bool normfold_rows_overlap(ptrdiff_t distance, size_t row, size_t rank, const size_t* extents,
                                         const size_t* strides) {
  if (rank == 0) return distance < 0 ? (size_t)0 - (size_t)distance < row : (size_t)distance < row;
  if (extents[0] == 1) return normfold_rows_overlap(distance, row, rank - 1, extents + 1, strides + 1);
  const ptrdiff_t stride = (ptrdiff_t)strides[0];
  const ptrdiff_t below = distance / stride - (distance % stride < 0 ? 1 : 0);
  for (ptrdiff_t k = below; k <= below + 1; ++k) {
    const size_t apart = k < 0 ? (size_t)0 - (size_t)k : (size_t)k;
    if (apart < extents[0] && normfold_rows_overlap(distance - k * stride, row, rank - 1, extents + 1, strides + 1)) {
      return true;
    }
  }
  return false;
}

/// NORMFOLD_OK for a null context and for one whose known fields are valid.
static inline normfold_status normfold_check_context(const normfold_context* context) {
  if (context == NULL) return NORMFOLD_OK;
  if (context->struct_size < NORMFOLD_CONTEXT_SIZE_1) return NORMFOLD_BAD_CONTEXT;
  unsigned stores = 0;  // read as a number: an enum with a value outside of its range must not be loaded as one
  memcpy(&stores, &context->stores, sizeof(stores));
  return stores > (unsigned)NORMFOLD_STORES_STREAM ? NORMFOLD_BAD_CONTEXT : NORMFOLD_OK;
}

/// NORMFOLD_OK where the context lends at least `bytes` of aligned scratch memory, or none are needed.
static inline normfold_status normfold_check_workspace(const normfold_context* context, size_t bytes) {
  if (bytes == 0) return NORMFOLD_OK;
  if (context == NULL || context->workspace == NULL || context->workspace_bytes < bytes) return NORMFOLD_WORKSPACE;
  return (uintptr_t)context->workspace % NORMFOLD_WORKSPACE_ALIGNMENT == 0 ? NORMFOLD_OK : NORMFOLD_WORKSPACE;
}

/// The choice of stores of a valid context or of a null one.
static inline normfold_stores normfold_stores_of(const normfold_context* context) {
  return context == NULL ? NORMFOLD_STORES_AUTO : context->stores;
}

/// Calls task(data, i) once for each i in [0, tasks): on the caller's threads where the context has some, else here in
/// rising order. A single task always runs here.
static inline void normfold_run(const normfold_context* context, size_t tasks, void (*task)(void* data, size_t index),
                                void* data) {
  if (tasks > 1 && context != NULL && context->parallel_for != NULL) {
    context->parallel_for(context->parallel_state, tasks, task, data);
    return;
  }
  for (size_t i = 0; i < tasks; ++i) task(data, i);
}

#ifdef __cplusplus
}
#endif

#endif  // NORMFOLD_RUNTIME_CHECK_H_
