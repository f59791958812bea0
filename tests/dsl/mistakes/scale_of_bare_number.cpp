// expect: normfold: scale takes its eps by name, as in scale(eps = 1e-6), or nothing
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale(eps = 1e-6);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale(1e-6);
#endif
