// What one layer costs the compiler: instantiations.py counts, against the limit it holds.
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

constexpr auto layer_norm = layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C);
