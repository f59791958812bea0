// expect: normfold::momentum_must_lie_between_0_and_1__write_running_momentum_0_1
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | running(momentum = 0.1);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | running(momentum = 10);
#endif
