// expect: normfold: a formula has no pipe, call the word on the value as in center(x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x + center(x); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x + (x | center); };
#endif
