// The layers that are measured; their shapes are in workload.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto layer_norm = layer<"layer_norm">(T, C) | over(C) | center | scale | affine(C);
constexpr auto rms_norm = layer<"rms_norm">(T, C) | over(C) | scale(eps = 1e-6) | gain(C);
constexpr auto add_rms_norm =
    layer<"add_rms_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale(eps = 1e-6) | gain(C);
constexpr auto batch_norm =
    layer<"batch_norm">(N, C, H, W) | over(N, H, W) | running(momentum = 0.1) | center | scale | affine(C);
constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);
constexpr auto instance_norm = layer<"instance_norm">(N, C, H, W) | over(H, W) | center | scale | affine(C);

int main(int argc, char** argv) {
  return normfold::generate(argc, argv, layer_norm, rms_norm, add_rms_norm, batch_norm, group_norm, instance_norm);
}
