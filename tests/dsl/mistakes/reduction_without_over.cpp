// expect: normfold: a reduction needs axes, write over(C) before it in the pipe or mean(over(C), x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | center | scale;
#endif
