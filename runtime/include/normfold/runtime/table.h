// A list of the generated functions that a program can walk: tests, language bindings and tools call all of them alike.
// The generator writes <lib>_table.cpp on request (TABLE in CMake); it defines the two symbols described at the end.
#ifndef NORMFOLD_RUNTIME_TABLE_H_
#define NORMFOLD_RUNTIME_TABLE_H_

#include "normfold/runtime/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What the function does with a tensor. The order is that of the arguments of a generated function.
typedef enum normfold_argument_kind {
  NORMFOLD_ARGUMENT_OUTPUT = 0,     ///< written: y, then the outputs that `output<"...">` names, or the gradients
  NORMFOLD_ARGUMENT_STATISTIC = 1,  ///< written by training: mean, rstd and what `named<"...">` names
  NORMFOLD_ARGUMENT_KEPT = 2,       ///< read and written: running statistics in training
  NORMFOLD_ARGUMENT_COUNT = 3,      ///< read and written: how many batches a cumulative average has seen
  NORMFOLD_ARGUMENT_INPUT = 4,      ///< read: gradients of outputs, x, then the operands
  NORMFOLD_ARGUMENT_GIVEN = 5,      ///< read: statistics that the caller passes in
  NORMFOLD_ARGUMENT_PARAMETER = 6   ///< read: weight, bias and other parameters
} normfold_argument_kind;

/// One tensor argument.
typedef struct normfold_argument {
  const char* name;  ///< "y", "x", "weight", "running_mean"
  int kind;          ///< a normfold_argument_kind
  const char* axes;  ///< in memory order, innermost last, separated by dots: "N.T.C"; "" for a scalar
  const char* type;  ///< "f32", "f64", "bf16" or "f16"
} normfold_argument;

/// One generated function.
typedef struct normfold_function {
  const char* name;   ///< "layer_norm_f32"
  const char* layer;  ///< "layer_norm"
  /// "infer", "train", "backward", "backward_recompute", "backward_from_y" or "backward_frozen"
  const char* direction;
  const char* type;                   ///< x's type
  const char* order;                  ///< memory order of the full tensors, as in normfold_argument::axes
  const char* backend;                ///< "highway"
  int arguments;                      ///< how many tensors
  const normfold_argument* argument;  ///< one for each, in the order of the C function
  int extents;                        ///< how many size_t arguments: extents, group counts, strides
  const char* const* extent_names;    ///< one for each, in the order of the C function
  /// Calls the function: buffers[i] is argument i, extents[i] is named by extent_names[i].
  normfold_status (*call)(void* const* buffers, const size_t* extents, const normfold_context* context);
  /// Bytes of workspace that the call needs; null where it needs none.
  size_t (*workspace)(const size_t* extents);
} normfold_function;

// For a library `my_norms` the generator defines
//   const normfold_function normfold_my_norms_functions[];
//   const size_t normfold_my_norms_function_count;

#ifdef __cplusplus
}
#endif

#endif  // NORMFOLD_RUNTIME_TABLE_H_
