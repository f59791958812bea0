// expect: normfold: a reduction takes one value, or axes and a value, as in mean(x) or mean(over(C), x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x - mean(over(C), x); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x - mean(x, over(C)); };
#endif
