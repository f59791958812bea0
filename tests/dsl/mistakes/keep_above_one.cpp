// expect: normfold::keep_must_lie_between_0_and_1__write_running_keep_0_9
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | running(keep = 0.9);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | running(keep = 90);
#endif
