// expect: normfold: a reduction's own axes stand in over(...), write mean(over(C), x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x - mean(over(C), x); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x - mean(C, x); };
#endif
