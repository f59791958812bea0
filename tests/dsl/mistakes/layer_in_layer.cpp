// expect: normfold: a layer cannot be a step of another one, write the words of both in one pipe
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | (layer<"inner">(T, C) | over(C) | center) | scale;
#endif
