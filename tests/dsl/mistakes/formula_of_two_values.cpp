// expect: normfold: a formula takes the current value alone and of any type, as a lambda that begins [](auto x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(C); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x, auto w) { return x * w; };
#endif
