// Folds BatchNorm in evaluation into the weights of the convolution or matrix in front of it, so that it costs nothing
// at run time. Plain C (C11 and later) and C++; nothing here allocates. Another type is one line at the end.
#ifndef NORMFOLD_RUNTIME_FOLD_H_
#define NORMFOLD_RUNTIME_FOLD_H_

#include <math.h>

#include "normfold/runtime/check.h"

#ifdef __cplusplus
extern "C" {
#endif

// The layer in front computes z = weight . input + bias, and BatchNorm in evaluation, channel by channel of z,
//
//   y = (z - running_mean) / sqrt(running_var + eps) * scale + shift
//
// With a = scale / sqrt(running_var + eps) that is y = (weight * a) . input + ((bias - running_mean) * a + shift): a
// layer of the same kind. It holds for every layer that is linear in its input, whatever its stride, padding, dilation
// or groups, since BatchNorm comes after it. It does not hold for a BatchNorm in front of a padded convolution (the
// padding would have to be running_mean, not 0), nor with an activation between the two.
//
// The weights are seen as [outer, channels, inner], channels being those of the output:
//
//   layer                         memory            outer      channels  inner
//   convolution                   [O, I / g, H, W]  1          O         I / g * H * W    PyTorch, ONNX, oneDNN
//   convolution                   [H, W, I / g, O]  H * W * I / g  O     1                Keras
//   transposed convolution        [I, O, H, W]      I          O         H * W            PyTorch, ONNX; without groups
//   matrix, y = W x               [O, I]            1          O         I                PyTorch
//   matrix, y = x W               [I, O]            I          O         1                Keras
//
// normfold_fold_batch_norm_f32 and _f64 take
//
//   folded_weight   out  [outer, channels, inner]  may be exactly weight
//   folded_bias     out  [channels]                may be exactly bias
//   weight          in   [outer, channels, inner]
//   bias            in   [channels]                null: 0
//   running_mean    in   [channels]
//   running_var     in   [channels]
//   scale           in   [channels]                null: 1; BatchNorm's own weight, gamma
//   shift           in   [channels]                null: 0; BatchNorm's own bias, beta
//   eps                  as in the layer: 1e-5 in PyTorch and ONNX, 1e-3 in Keras
//
// Numerics: a is formed in double, and each folded value is rounded once. A channel of variance 0 with eps = 0 gives
// infinities, as the layer itself does.
//
// Status: NORMFOLD_OK, also where nothing is to be written; NORMFOLD_NULL_POINTER, NORMFOLD_TOO_LARGE and
// NORMFOLD_OVERLAP as generated functions have them. Unless it is NORMFOLD_OK nothing was written.
//
// Reference: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
// Inference, 2018, arXiv:1712.05877, section 3.2.

/// What both types check: `size` bytes an element.
static inline normfold_status normfold_check_fold(size_t size, const void* folded_weight, const void* folded_bias,
                                                  const void* const* inputs, size_t outer, size_t channels,
                                                  size_t inner) {
  const size_t extents[3] = {outer, channels, inner};
  size_t weights = 0;
  size_t vector = 0;
  if (!normfold_tensor_bytes(&weights, size, extents, 3) || !normfold_tensor_bytes(&vector, size, &channels, 1)) {
    return NORMFOLD_TOO_LARGE;
  }
  // inputs: weight, bias, running_mean, running_var, scale, shift
  if (weights != 0 && (folded_weight == NULL || inputs[0] == NULL)) return NORMFOLD_NULL_POINTER;
  if (vector != 0 && (folded_bias == NULL || inputs[2] == NULL || inputs[3] == NULL)) return NORMFOLD_NULL_POINTER;
  if (normfold_overlap(folded_weight, weights, folded_bias, vector)) return NORMFOLD_OVERLAP;
  for (size_t i = 0; i < 6; ++i) {
    const size_t bytes = i == 0 ? weights : vector;
    if (inputs[i] == NULL) continue;
    if (!(i == 0 && inputs[i] == folded_weight) && normfold_overlap(folded_weight, weights, inputs[i], bytes)) {
      return NORMFOLD_OVERLAP;
    }
    if (!(i == 1 && inputs[i] == folded_bias) && normfold_overlap(folded_bias, vector, inputs[i], bytes)) {
      return NORMFOLD_OVERLAP;
    }
  }
  return NORMFOLD_OK;
}

#define NORMFOLD_DEFINE_FOLD(suffix, type)                                                                      \
  static inline normfold_status normfold_fold_batch_norm_##suffix(                                              \
      type* folded_weight, type* folded_bias, const type* weight, const type* bias, const type* running_mean,   \
      const type* running_var, const type* scale, const type* shift, double eps, size_t outer, size_t channels, \
      size_t inner) {                                                                                           \
    const void* const inputs[6] = {weight, bias, running_mean, running_var, scale, shift};                      \
    const normfold_status status =                                                                              \
        normfold_check_fold(sizeof(type), folded_weight, folded_bias, inputs, outer, channels, inner);          \
    if (status != NORMFOLD_OK) return status;                                                                   \
    for (size_t c = 0; c < channels; ++c) {                                                                     \
      const double a = (scale == NULL ? 1.0 : (double)scale[c]) / sqrt((double)running_var[c] + eps);           \
      const double away = (bias == NULL ? 0.0 : (double)bias[c]) - (double)running_mean[c];                     \
      for (size_t o = 0; o < outer; ++o) {                                                                      \
        for (size_t i = (o * channels + c) * inner; i < (o * channels + c + 1) * inner; ++i) {                  \
          folded_weight[i] = (type)((double)weight[i] * a);                                                     \
        }                                                                                                       \
      }                                                                                                         \
      folded_bias[c] = (type)(away * a + (shift == NULL ? 0.0 : (double)shift[c]));                             \
    }                                                                                                           \
    return NORMFOLD_OK;                                                                                         \
  }

NORMFOLD_DEFINE_FOLD(f32, float)
NORMFOLD_DEFINE_FOLD(f64, double)
#undef NORMFOLD_DEFINE_FOLD

#ifdef __cplusplus
}
#endif

#endif  // NORMFOLD_RUNTIME_FOLD_H_
