// expect: normfold: an axis is no step of the pipe, write over(C) to reduce along it
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | C | scale;
#endif
