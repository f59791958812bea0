/* An application that knows nothing but the generated header. Valid C and C++; it fails by its exit status. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "my_norms.h"

enum { rows = 6, channels = 37 };

int main(void) {
  static float x[rows * channels], y[rows * channels], again[rows * channels], weight[channels], bias[channels];
  const normfold_context context = normfold_default_context();
  for (int i = 0; i < rows * channels; ++i) x[i] = (float)((i * 7919) % 101) * 0.125f;
  for (int c = 0; c < channels; ++c) weight[c] = 1.0f + (float)c * 0.0625f;
  for (int c = 0; c < channels; ++c) bias[c] = (float)c - 8.0f;

  normfold_status status = layer_norm_f32(y, x, weight, bias, 2, rows / 2, channels, &context);
  if (status == NORMFOLD_OK) status = layer_norm_f32(again, x, weight, bias, 2, rows / 2, channels, NULL);
  if (status != NORMFOLD_OK || memcmp(y, again, sizeof(y)) != 0) {
    printf("layer_norm_f32: %s\n", normfold_status_text(status));
    return 1;
  }
  for (int row = 0; row < rows; ++row) {
    double sum = 0, squares = 0;
    for (int c = 0; c < channels; ++c) sum += x[row * channels + c];
    for (int c = 0; c < channels; ++c) squares += pow(x[row * channels + c] - sum / (double)channels, 2);
    for (int c = 0; c < channels; ++c) {
      const double centered = x[row * channels + c] - sum / (double)channels;
      const double expected = centered / sqrt(squares / (double)channels + 1e-5) * weight[c] + bias[c];
      if (fabs(y[row * channels + c] - expected) > 1e-5 * fmax(1.0, fabs(expected))) {
        printf("row %d, channel %d: %g instead of %g\n", row, c, (double)y[row * channels + c], expected);
        return 1;
      }
    }
  }
  if (rms_norm_f32(y, NULL, weight, rows, channels, NULL) != NORMFOLD_NULL_POINTER) return 1;
  printf("ok\n");
  return 0;
}
