// expect: normfold: a parameter names an axis that the layer does not have, use the layer's own axes
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | gain(C);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | gain(H);
#endif
