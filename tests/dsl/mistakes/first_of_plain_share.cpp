// expect: normfold: write a share of an axis in percent, as in first(6.25_percent, C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(first(6.25_percent, C)) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over(first(0.0625, C)) | scale;
#endif
