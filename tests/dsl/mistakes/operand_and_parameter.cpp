// expect: normfold: an operand has the name of an axis, a parameter, an output or a statistic, choose another
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | gain(C) | add(operand<"residual">);
#else
constexpr auto mine = layer<"norm">(T, C) | gain(C) | add(operand<"weight">);
#endif
