// expect: normfold: an output's name is a C identifier that is no keyword, and not x, y, context or running_...
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | output<"input"> | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | output<"y"> | over(C) | scale;
#endif
