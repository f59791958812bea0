// expect: normfold: one parameter has two shapes, give the same axes in the same order each time or use
// param<"other">(C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, T, C) | over(C) | scale | gain(C) | gain(param<"style">(N, C));
#else
constexpr auto mine = layer<"norm">(N, T, C) | over(C) | scale | gain(C) | gain(N, C);
#endif
