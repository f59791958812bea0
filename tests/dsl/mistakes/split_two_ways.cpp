// expect: normfold: one axis is split in two ways, write the same C / G everywhere in the layer
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | center | over(C / G) | scale;
#else
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | center | over(C / 32) | scale;
#endif
