// expect: normfold: a parameter's name is a C identifier that is no keyword, and not x, y, context or running_...
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * param<"factor">(C); };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x * param<"default">(C); };
#endif
