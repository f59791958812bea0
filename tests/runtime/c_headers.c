/* The runtime's C headers compile as C11 and work from C. The test fails by its exit status. */
#include <stdio.h>

#include "normfold/runtime/check.h"
#include "normfold/runtime/fold.h"
#include "normfold/runtime/status.h"
#include "normfold/runtime/table.h"

static void count_call(void* data, size_t index) { *(size_t*)data += index + 1; }

static normfold_status call(void* const* buffers, const size_t* extents, const normfold_context* context) {
  if (buffers[0] == NULL && extents[0] != 0) return NORMFOLD_NULL_POINTER;
  return normfold_check_context(context);
}

static const normfold_argument arguments[] = {{"y", NORMFOLD_ARGUMENT_OUTPUT, "T.C", "f32"}};
static const char* const extent_names[] = {"T", "C"};
static const normfold_function functions[] = {
    {"f_f32", "f", "infer", "f32", "T.C", "highway", 1, arguments, 2, extent_names, call, NULL}};

int main(void) {
  int failed = 0;
  size_t calls = 0;
  const size_t extents[] = {2, 3};
  void* const buffers[] = {NULL};
  normfold_context context = normfold_default_context();
  normfold_run(&context, 4, count_call, &calls);
  failed += calls != 1 + 2 + 3 + 4;
  failed += functions[0].call(buffers, extents, &context) != NORMFOLD_NULL_POINTER;
  failed += normfold_abi_version() != 1;
  failed += normfold_status_text((normfold_status)99) == NULL;
  failed += sizeof(normfold_bf16) != 2 || sizeof(normfold_f16) != 2;
  const double one = 1, var = 4;
  double weight = 3, bias = 0;
  failed +=
      normfold_fold_batch_norm_f64(&weight, &bias, &weight, &bias, &one, &var, NULL, NULL, 0, 1, 1, 1) != NORMFOLD_OK;
  failed += weight != 1.5 || bias != -0.5;
  printf("%s\n", failed == 0 ? "ok" : "failed");
  return failed;
}
