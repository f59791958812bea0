// expect: normfold: an option stands in the brackets of its word, as in scale(eps = 1e-6) or running(momentum = 0.1)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale(eps = 1e-6);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | (eps = 1e-6);
#endif
