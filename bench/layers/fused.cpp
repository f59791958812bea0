// Layers over rows that are measured forward alone: a residual in front, statistics of a part. Shapes are in
// workload.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto add_rms_norm =
    layer<"add_rms_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale(eps = 1e-6) | gain(C);
constexpr auto add_layer_norm =
    layer<"add_layer_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | center | scale | affine(C);
constexpr auto p_rms_norm = layer<"p_rms_norm">(T, C) | over(first(6.25_percent, C)) | scale(eps = 1e-6) | gain(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, add_rms_norm, add_layer_norm, p_rms_norm); }
