// expect: normfold: say how the statistics follow the batch, as in running(momentum = 0.1), running(keep = 0.9) or
// running(average)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | scale | running(momentum = 0.1, biased);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | scale | running(biased);
#endif
