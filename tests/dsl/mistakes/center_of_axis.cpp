// expect: normfold: this word takes nothing in its brackets, write it alone as in | center
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | center;
#else
constexpr auto mine = layer<"norm">(T, C) | center(C);
#endif
