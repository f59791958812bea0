// expect: normfold: a pipe takes words and formulas, as in over(C), center or a lambda that returns tanh(x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center;
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | "center";
#endif
