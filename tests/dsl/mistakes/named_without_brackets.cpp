// expect: normfold: named needs the statistic in brackets, as in named<"mean">(mean(x))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x - named<"m">(mean(x)); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x - named<"m">; };
#endif
