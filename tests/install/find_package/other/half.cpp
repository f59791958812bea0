// Two libraries of kernels in one program, one of them behind a shared library.
#include "half_norms.h"

extern "C" int normalize(float* y, const float* x, const float* weight, size_t rows, size_t channels);

int main() {
  const float x[3] = {2, 2, 2}, weight[3] = {1, 2, 4};
  float y[3] = {};
  const normfold_bf16 bf16_x[3] = {0x4000, 0x4000, 0x4000};  // 2
  normfold_bf16 bf16_y[3] = {};
  const bool good = normalize(y, x, weight, 1, 3) == NORMFOLD_OK && y[2] > 3.99f && y[2] < 4.01f &&
                    rms_norm_bf16(bf16_y, bf16_x, weight, 1, 3, nullptr) == NORMFOLD_OK && bf16_y[2] == 0x4080;  // 4
  return good ? 0 : 1;
}
