// expect: normfold: a value is no step, write gain(weight(C)), add(bias(C)) or a lambda that returns x * weight(C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | gain(C);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | weight(C);
#endif
