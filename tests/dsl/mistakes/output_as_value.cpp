// expect: normfold: output<"sum"> is a step of the pipe and no value, write named<"...">(e) in a formula
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | output<"z"> | [](auto x) { return x + 1; };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x + output<"z">; };
#endif
