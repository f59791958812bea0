// expect: normfold: an extent is fixed where the layer names its axes, as in layer<"my_norm">(N, C(4096)), elsewhere
// write C
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C(4096)) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over(C(4096)) | scale;
#endif
