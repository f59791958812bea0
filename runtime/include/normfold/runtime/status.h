// What every generated function returns and takes besides its tensors. Plain C (C11 and later) and C++.
// Values are frozen: a new status or a new field of the context is appended, and normfold_abi_version() grows.
#ifndef NORMFOLD_RUNTIME_STATUS_H_
#define NORMFOLD_RUNTIME_STATUS_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The storage of a bfloat16: the upper half of an IEEE binary32.
typedef uint16_t normfold_bf16;

/// The storage of an IEEE binary16.
typedef uint16_t normfold_f16;

/// What a generated function returns. Whatever is not NORMFOLD_OK was found before the first write: every output is
/// as the caller left it.
typedef enum normfold_status {
  /// The outputs are written. An input without elements is also fine, as long as no reduced axis is empty.
  NORMFOLD_OK = 0,
  /// A pointer is null although its tensor has elements.
  NORMFOLD_NULL_POINTER = 1,
  /// A reduced axis has no element while the output has some: a mean over nothing has no value.
  NORMFOLD_EMPTY_AXIS = 2,
  /// An axis is not a multiple of its number of groups, or the number of groups is zero.
  NORMFOLD_NOT_DIVISIBLE = 3,
  /// A tensor would take more than PTRDIFF_MAX bytes, so that no object can hold it.
  NORMFOLD_TOO_LARGE = 4,
  /// Two tensors share memory in a way that is not allowed. An output may be exactly one operand of the same shape
  /// and type; it overlaps nothing otherwise.
  NORMFOLD_OVERLAP = 5,
  /// The function needs scratch memory and the context has none, or less than <name>_workspace(...) bytes, or its
  /// address is not a multiple of NORMFOLD_WORKSPACE_ALIGNMENT.
  NORMFOLD_WORKSPACE = 6,
  /// Training statistics were asked of a single element, whose unbiased variance does not exist.
  NORMFOLD_ONE_ELEMENT = 7,
  /// A stride makes two elements of an output share one address.
  NORMFOLD_BAD_STRIDE = 8,
  /// The context's struct_size is smaller than version 1 of normfold_context, or its choice of stores is none of
  /// normfold_stores.
  NORMFOLD_BAD_CONTEXT = 9,
  /// The function runs on a device, and no driver or no device was found.
  NORMFOLD_NO_DEVICE = 10,
  /// The backend's own runtime reported a failure that has no status here.
  NORMFOLD_BACKEND = 11
} normfold_status;

/// How outputs reach memory. It changes the speed, never the values.
typedef enum normfold_stores {
  NORMFOLD_STORES_AUTO = 0,   ///< stream what will not be read from cache, keep the rest
  NORMFOLD_STORES_KEEP = 1,   ///< always through the cache: the output is read next
  NORMFOLD_STORES_STREAM = 2  ///< past the cache, but for short runs that lie apart: the output is not read soon
} normfold_stores;

/// A workspace starts at a multiple of this many bytes.
#define NORMFOLD_WORKSPACE_ALIGNMENT 64

/// What the caller lends for the time of one call. A null context means all of the defaults. Start from
/// normfold_default_context(), so that fields of a later version stay at their defaults.
typedef struct normfold_context {
  /// sizeof(normfold_context) as the caller compiled it.
  size_t struct_size;
  /// Calls task(data, i) once for each i in [0, tasks), in any order and on any threads, and returns when all calls
  /// have returned. Null: the calling thread does it all. Tasks never throw. Results do not depend on the threads.
  void (*parallel_for)(void* state, size_t tasks, void (*task)(void* data, size_t index), void* data);
  /// Handed to parallel_for.
  void* parallel_state;
  /// Scratch memory for functions that have a <name>_workspace(...); one call uses it at a time. May be null
  /// otherwise.
  void* workspace;
  /// Its size.
  size_t workspace_bytes;
  /// How outputs reach memory.
  normfold_stores stores;
} normfold_context;

/// A context with every default: one thread, no workspace, stores chosen by size.
static inline normfold_context normfold_default_context(void) {
  normfold_context context;
  context.struct_size = sizeof(normfold_context);
  context.parallel_for = NULL;
  context.parallel_state = NULL;
  context.workspace = NULL;
  context.workspace_bytes = 0;
  context.stores = NORMFOLD_STORES_AUTO;
  return context;
}

/// The version of everything in runtime/ that is visible to a linker: 1.
static inline int normfold_abi_version(void) { return 1; }

/// One sentence that says what is wrong. Never null; the text lives as long as the program.
static inline const char* normfold_status_text(normfold_status status) {
  switch (status) {
    case NORMFOLD_OK: return "No error.";
    case NORMFOLD_NULL_POINTER: return "A pointer is null although its tensor has elements.";
    case NORMFOLD_EMPTY_AXIS: return "A reduced axis has no element.";
    case NORMFOLD_NOT_DIVISIBLE: return "An axis is not a multiple of its number of groups.";
    case NORMFOLD_TOO_LARGE: return "A tensor takes more bytes than any object can hold.";
    case NORMFOLD_OVERLAP: return "An output overlaps another tensor without being exactly it.";
    case NORMFOLD_WORKSPACE: return "The context's workspace is missing, too small or not aligned.";
    case NORMFOLD_ONE_ELEMENT: return "Training statistics of a single element do not exist.";
    case NORMFOLD_BAD_STRIDE: return "A stride makes elements of an output share an address.";
    case NORMFOLD_BAD_CONTEXT: return "The context's struct_size or stores is not valid.";
    case NORMFOLD_NO_DEVICE: return "No device or no driver was found.";
    case NORMFOLD_BACKEND: return "The backend's own runtime reported a failure.";
  }
  return "This is not a status.";
}

#ifdef __cplusplus
}
#endif

#endif  // NORMFOLD_RUNTIME_STATUS_H_
