// expect: normfold: a statistic has the name of an axis, a parameter, an operand or an output, choose another
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | gain(C) | over(C) | [](auto x) { return x - named<"mean">(mean(x)); };
#else
constexpr auto mine = layer<"norm">(T, C) | gain(C) | over(C) | [](auto x) { return x - named<"weight">(mean(x)); };
#endif
