// expect: normfold: a statistic's name is a C identifier that is no keyword, and not x, y, context or running_...
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x - named<"the_mean">(mean(x)); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x - named<"the-mean">(mean(x)); };
#endif
