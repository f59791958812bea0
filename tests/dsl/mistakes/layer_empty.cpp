// expect: normfold: this layer has no formula, write one as in | over(C) | center | scale
#include <normfold/dsl.hpp>

#include "lower.hpp"
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C);
#endif

normfold::ir::graph graph() { return normfold::lower(mine); }
