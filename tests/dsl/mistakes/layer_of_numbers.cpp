// expect: normfold: a layer takes axes such as N, or C(4096) where the extent is fixed
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C(4096)) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, 4096) | over(C) | scale;
#endif
