// expect: normfold: there is no pow, write sq(x), sqrt(x), x * x * x or exp(p * log(x))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return sq(x); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return pow(x, 2); };
#endif
