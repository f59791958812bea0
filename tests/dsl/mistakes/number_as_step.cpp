// expect: normfold: a number is no step, write add(1.0), gain(2.0) or a lambda that returns 2.0 * x
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | gain(2.0);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | 2.0;
#endif
