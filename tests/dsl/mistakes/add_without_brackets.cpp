// expect: normfold: add and at_least need a value, as in add(operand<"r">) or at_least(0)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | add(operand<"residual">) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | add | over(C) | scale;
#endif
