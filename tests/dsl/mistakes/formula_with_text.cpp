// expect: normfold: a formula mixes x, parameters, operands and numbers only, this is none of them
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * weight(C); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * "weight"; };
#endif
