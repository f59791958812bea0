// expect: normfold: a parameter varies along whole axes, write weight(C) and not weight(C / G)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | scale | affine(C);
#else
constexpr auto mine = layer<"norm">(N, C) | over(C / G) | scale | affine(C / G);
#endif
