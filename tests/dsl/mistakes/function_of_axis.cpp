// expect: normfold: an axis is not a value, write weight(C) for a parameter or mean(over(C), x) for a statistic
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x / sqrt(mean(sq(x))); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return sum(x) / sqrt(C); };
#endif
