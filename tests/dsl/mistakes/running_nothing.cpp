// expect: normfold: running has no statistic to keep, write center, scale or named<"mean">(mean(x)) in the pipe
#include <normfold/dsl.hpp>

#include "lower.hpp"
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(T) | center | affine(C) | running(momentum = 0.1);
#else
constexpr auto mine = layer<"norm">(T, C) | affine(C) | running(momentum = 0.1);
#endif

normfold::ir::graph graph() { return normfold::lower(mine); }
