// expect: normfold: a word of the pipe is no value, call it on one as in center(x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x + center(x); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x + center; };
#endif
