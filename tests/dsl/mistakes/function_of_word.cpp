// expect: normfold: a reduction or a function needs its value in brackets, as in mean(x) or sq(x)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x / sqrt(mean(sq(x))); };
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | [](auto x) { return x / sqrt(mean); };
#endif
