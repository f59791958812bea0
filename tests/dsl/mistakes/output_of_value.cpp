// expect: normfold: output<"sum"> takes nothing in brackets, it names the value that reaches it
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return 2.0 * x; } | output<"z">;
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return output<"z">(2.0 * x); };
#endif
