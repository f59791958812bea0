// Layers over rows, forward and backward. Their shapes are in workload.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto layer_norm = layer<"layer_norm">(T, C) | over(C) | center | scale | affine(C);
constexpr auto rms_norm = layer<"rms_norm">(T, C) | over(C) | scale(eps = 1e-6) | gain(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, layer_norm, rms_norm); }
