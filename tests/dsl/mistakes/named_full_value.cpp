// expect: normfold: this named value varies along every axis, write output<"..."> in the pipe to have it written
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | output<"z">;
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return named<"z">(x - mean(x)); };
#endif
