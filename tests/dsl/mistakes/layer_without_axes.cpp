// expect: normfold: name the axes of the layer, innermost last, as in layer<"my_norm">(N, C, H, W)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">() | over(C) | scale;
#endif
