// expect: normfold: two outputs have one name, give each its own, as in output<"sum">
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | output<"z"> | scale | output<"z2">;
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | output<"z"> | scale | output<"z">;
#endif
