// expect: normfold: eps takes a number, as in scale(eps = 1e-6) or scale(eps = outside(1e-6))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x * rsqrt(mean(sq(x)) + param<"eps">()); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale(eps = param<"eps">());
#endif
