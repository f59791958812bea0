// expect: normfold: a layer's name is a C identifier, letters first and single underscores, as in layer<"my_norm">
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"my_norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"my norm">(T, C) | over(C) | scale;
#endif
