// expect: normfold: an axis is split by a named number of groups or a whole number, as in C / G or C / 32
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / 32) | scale;
#else
constexpr auto mine = layer<"norm">(N, C) | over(C / 32.0) | scale;
#endif
