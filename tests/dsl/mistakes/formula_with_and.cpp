// expect: normfold: a formula has no if, && or ?:, write select(x > 0, a, b)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return select(x > 0, min(x, 1.0), 0.0); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return select(x > 0 && x < 1, x, 0.0); };
#endif
