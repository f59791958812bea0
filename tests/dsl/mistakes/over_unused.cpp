// expect: normfold: no reduction follows this over in the pipe, leave it out or write center or scale after it
#include <normfold/dsl.hpp>

#include "lower.hpp"
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | affine(C);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | affine(C);
#endif

normfold::ir::graph graph() { return normfold::lower(mine); }
