// The one specification: every norm that these networks use, forward and backward. A new norm is one line here and one
// class in norms.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

// On images.
constexpr auto batch_norm =
    layer<"batch_norm">(N, C, H, W) | over(N, H, W) | center | scale | affine(C) | running(momentum = 0.1);
constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);
constexpr auto instance_norm = layer<"instance_norm">(N, C, H, W) | over(H, W) | center | scale | affine(C);
constexpr auto image_layer_norm = layer<"image_layer_norm">(N, C, H, W) | over(C, H, W) | center | scale | affine(C);

// On rows.
constexpr auto layer_norm = layer<"layer_norm">(T, C) | over(C) | center | scale | affine(C);
constexpr auto rms_norm = layer<"rms_norm">(T, C) | over(C) | scale | gain(C);
constexpr auto p_rms_norm = layer<"p_rms_norm">(T, C) | over(first(6.25_percent, C)) | scale | gain(C);

int main(int argc, char** argv) {
  return normfold::generate(argc, argv, batch_norm, group_norm, instance_norm, image_layer_norm, layer_norm, rms_norm,
                            p_rms_norm);
}
