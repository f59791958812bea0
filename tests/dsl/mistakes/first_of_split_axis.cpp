// expect: normfold: first takes the leading part of a whole axis or of C / G, and C is split elsewhere, write first(64,
// C / G)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | center | over(first(64, C / G)) | scale;
#else
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | center | over(first(64, C)) | scale;
#endif
