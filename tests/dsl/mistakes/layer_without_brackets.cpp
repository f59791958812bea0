// expect: normfold: name the axes before the first word, as in layer<"my_norm">(N, C) | over(C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm"> | over(C) | scale;
#endif
