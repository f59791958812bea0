// expect: normfold: only one axis of an over can be taken in part, write one first(...)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, H, W) | over(first(8, H), W) | scale;
#else
constexpr auto mine = layer<"norm">(N, H, W) | over(first(8, H), first(8, W)) | scale;
#endif
