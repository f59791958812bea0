// expect: normfold: an axis takes its extent, a whole number, as in C(4096)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C(4096)) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C(4096.0)) | over(C) | scale;
#endif
