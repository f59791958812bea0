// Norms as other frameworks have them, each in our spelling (docs/conventions.md). A framework is one line more here
// and one reference in conventions_test.cpp. `inline`, since each of the two programs generates a part of them.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

inline constexpr auto batch = [](auto named) { return named | over(N, H, W) | center; };

inline constexpr auto torch_batch =
    batch(layer<"torch_batch">(N, C, H, W)) | scale | affine(C) | running(momentum = 0.1);
inline constexpr auto torch_average = batch(layer<"torch_average">(N, C, H, W)) | scale | affine(C) | running(average);
inline constexpr auto onnx_batch =
    batch(layer<"onnx_batch">(N, C, H, W)) | scale | affine(C) | running(keep = 0.9, biased);
inline constexpr auto keras_batch =
    batch(layer<"keras_batch">(N, C, H, W)) | scale(eps = 1e-3) | affine(C) | running(keep = 0.99, biased);

inline constexpr auto layer_norm = layer<"layer_norm">(T, C) | over(C) | center | scale | affine(C);
inline constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);
inline constexpr auto instance_norm = layer<"instance_norm">(N, C, H, W) | over(H, W) | center | scale | affine(C);
inline constexpr auto rms_norm = layer<"rms_norm">(T, C) | over(C) | scale(eps = 1e-6) | gain(C);

int main(int argc, char** argv) {
#ifdef RUNNING
  return normfold::generate(argc, argv, torch_batch, torch_average, onnx_batch, keras_batch);
#else
  return normfold::generate(argc, argv, torch_batch, torch_average, layer_norm, group_norm, instance_norm, rms_norm);
#endif
}
