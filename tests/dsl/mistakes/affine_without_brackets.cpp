// expect: normfold: affine and gain need the axes of their parameters, as in affine(C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | affine(C);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale | affine;
#endif
