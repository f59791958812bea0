// expect: normfold: a formula has no assignment, write auto u = x * weight(C) and go on with u
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) {
  auto u = 2.0 * x;
  return u;
};
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) {
  x *= 2.0;
  return x;
};
#endif
