// expect: normfold: running keeps a reduction by its name, write named<"mean">(mean(x)) right around it
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine =
    layer<"norm">(N, C) | over(N) | [](auto x) { return x - named<"mean">(mean(x)); } | running(average);
#else
constexpr auto mine = layer<"norm">(N, C) | over(N) | [](auto x) { return x - mean(x); } | running(average);
#endif
