// expect: normfold: running is a step of the pipe and no value, write | running(momentum = 0.1)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(N) | center | running(average);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | [](auto x) { return x - running(average); };
#endif
