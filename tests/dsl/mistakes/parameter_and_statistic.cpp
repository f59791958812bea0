// expect: normfold: a parameter has the name of an axis, an operand, an output or a statistic, choose another
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | add(param<"offset">(C));
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | add(param<"mean">(C));
#endif
