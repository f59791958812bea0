// expect: normfold: over needs the axes to reduce in brackets, as in over(H, W)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over | scale;
#endif
