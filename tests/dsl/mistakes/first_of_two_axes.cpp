// expect: normfold: first takes a share or a number of elements, then one axis, as in first(6.25_percent, C) or
// first(64, C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, H, W) | over(first(50_percent, H), W) | scale;
#else
constexpr auto mine = layer<"norm">(N, H, W) | over(first(50_percent, H, W)) | scale;
#endif
