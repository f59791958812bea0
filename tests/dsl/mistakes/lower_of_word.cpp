// expect: normfold: this is no layer, give layers such as layer<"my_norm">(T, C) | over(C) | center
#include <normfold/dsl.hpp>

#include "lower.hpp"
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center;
#else
constexpr auto mine = center;
#endif

normfold::ir::graph graph() { return normfold::lower(mine); }
