// expect: normfold: an operand has the layer's own axes, write operand<"residual"> without brackets
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | add(operand<"residual">);
#else
constexpr auto mine = layer<"norm">(T, C) | add(operand<"residual">(T, C));
#endif
