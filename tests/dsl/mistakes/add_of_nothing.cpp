// expect: normfold: this word takes one value or number in its brackets, as in add(operand<"r">) or
// at_least(param<"tau">(C))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | add(operand<"residual">) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | add() | over(C) | scale;
#endif
