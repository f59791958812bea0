// expect: normfold: named names a statistic, which contains a reduction such as mean(x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(C); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * named<"w">(weight(C)); };
#endif
