// expect: normfold: first belongs in over and needs its brackets, as in over(first(6.25_percent, C))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(first(64, C)) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | first(64, C) | scale;
#endif
