// expect: normfold: over takes axes, groups and leading parts, as in over(C), over(C / G, H) or over(first(64, C))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over(1) | scale;
#endif
