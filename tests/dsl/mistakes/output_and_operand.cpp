// expect: normfold: an output has the name of an axis, a parameter, an operand or a statistic, choose another
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | add(operand<"sum">) | output<"sum"> | over(C) | scale;
#endif
