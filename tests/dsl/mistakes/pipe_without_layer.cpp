// expect: normfold: a pipe begins with a layer, as in layer<"my_norm">(T, C) | over(C) | center
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | scale;
#else
constexpr auto mine = over(C) | center | scale;
#endif
