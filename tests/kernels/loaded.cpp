// A library with kernels and a Halide runtime of its own, as a plugin or an extension module of a language has them.
#include <normfold/runtime/table.h>

extern "C" {
extern const normfold_function normfold_loaded_norms_functions[];
__attribute__((visibility("default"))) const normfold_function* first_function() {
  return normfold_loaded_norms_functions;
}
}
