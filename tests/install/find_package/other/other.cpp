// A shared library around a kernel.
#include "my_norms.h"

extern "C" int normalize(float* y, const float* x, const float* weight, size_t rows, size_t channels) {
  return rms_norm_f32(y, x, weight, rows, channels, nullptr);
}
