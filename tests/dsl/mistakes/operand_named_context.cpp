// expect: normfold: an operand's name is a C identifier that is no keyword, and not x, y, context or running_...
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | add(operand<"residual">);
#else
constexpr auto mine = layer<"norm">(T, C) | add(operand<"context">);
#endif
