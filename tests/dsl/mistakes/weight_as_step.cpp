// expect: normfold: a parameter needs its brackets, as in weight(C) or param<"alpha">()
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | gain(C);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | weight;
#endif
