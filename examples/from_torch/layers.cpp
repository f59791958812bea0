// A norm that no library has, with a gate: mean absolute deviation instead of the standard deviation, so that an outlier weighs less.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto robust_norm = layer<"robust_norm">(T, C) | over(C) | center |
                             [](auto x) { return x / (mean(abs(x)) + 1e-5); } | affine(C) | gain(silu(operand<"gate">));

int main(int argc, char** argv) { return normfold::generate(argc, argv, robust_norm); }
