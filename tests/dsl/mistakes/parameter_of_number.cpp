// expect: normfold: a parameter takes the axes along which it varies, as in weight(C), weight(N, C) or param<"alpha">()
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(C); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(4096); };
#endif
