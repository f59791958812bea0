// Layers for Python: ready-made ones, in two memory orders where they are images, and one of our own.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto batch_norm =
    layer<"batch_norm">(N, C, H, W) | over(N, H, W) | center | scale | affine(C) | running(momentum = 0.1);
constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);
constexpr auto layer_norm = layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C);
constexpr auto softmax = layer<"softmax">(T, C) | over(C) | [](auto x) {
  auto e = exp(x - max(x));
  return e / sum(e);
};

int main(int argc, char** argv) { return normfold::generate(argc, argv, batch_norm, group_norm, layer_norm, softmax); }
