// expect: normfold: a formula returns a value made from x, such as x - mean(x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return center(x); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto) { return center; };
#endif
