// BatchNorm in evaluation, in training and backward. Its shapes are in workload.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto batch_norm =
    layer<"batch_norm">(N, C, H, W) | over(N, H, W) | running(momentum = 0.1) | center | scale | affine(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, batch_norm); }
