// expect: normfold: a parameter names an axis twice, each axis stands there once
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(C); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(C, C); };
#endif
