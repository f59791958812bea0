// expect: normfold: a comparison is no value, choose with it as in select(x > 0, x, 0.1 * x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return select(x > 0, x, 0.0); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * (x > 0); };
#endif
