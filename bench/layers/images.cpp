// Layers over images, forward and backward. Their shapes are in workload.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);
constexpr auto instance_norm = layer<"instance_norm">(N, C, H, W) | over(H, W) | center | scale | affine(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, group_norm, instance_norm); }
