// expect: normfold: running stands twice in this layer, keep one
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | scale | running(average);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | running(average) | scale | running(average);
#endif
