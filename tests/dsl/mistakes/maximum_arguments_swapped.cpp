// expect: normfold: over is no value, give it to a reduction as in mean(over(C), x) or to the pipe as in | over(C)
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x / max(over(C), x); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x / max(x, over(C)); };
#endif
