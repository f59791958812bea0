// expect: normfold: the number of groups is an axis of this layer, use a name of its own as in C / G
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | scale;
#else
constexpr auto mine = layer<"norm">(N, G, C) | over(C / G) | scale;
#endif
