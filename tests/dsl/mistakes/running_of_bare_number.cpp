// expect: normfold: running takes momentum = 0.1, keep = 0.9 or average, and then biased if you like
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | scale | running(momentum = 0.1);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | scale | running(0.1);
#endif
