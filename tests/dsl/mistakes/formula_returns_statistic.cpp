// expect: normfold: every element needs a value after a step, this formula gives one for many, write x - mean(x) or the
// like
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x - mean(x); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return mean(x); };
#endif
