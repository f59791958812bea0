// expect: normfold: over names an axis that the layer does not have, write it in layer<...>(...) first
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over(H) | scale;
#endif
