// expect: normfold: over names an axis twice, each axis stands there once
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C, H, W) | over(H, W) | scale;
#else
constexpr auto mine = layer<"norm">(N, C, H, W) | over(H, H) | scale;
#endif
