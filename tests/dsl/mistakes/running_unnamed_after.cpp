// expect: normfold: running keeps a reduction by its name, write named<"mean">(mean(x)) right around it
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine =
    layer<"norm">(N, C) | over(N) | running(average) | [](auto x) { return x / named<"top">(max(x)); };
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | running(average) | [](auto x) { return x / max(x); };
#endif
