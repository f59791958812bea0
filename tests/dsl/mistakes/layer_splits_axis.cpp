// expect: normfold: a layer names whole axes, write C there and over(C / G) in the pipe
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C, H, W) | over(C / G, H, W) | scale;
#else
constexpr auto mine = layer<"norm">(N, C / G, H, W) | over(C, H, W) | scale;
#endif
