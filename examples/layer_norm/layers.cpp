// The layer: becomes a small program that runs at build time and writes my_norms.h and my_norms_highway.cpp.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto layer_norm = layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, layer_norm); }
