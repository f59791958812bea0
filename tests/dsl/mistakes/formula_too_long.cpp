// expect: normfold: a formula has at most 500 values and ops, write it as several steps of the pipe
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | [](auto x) { return x + x * x * x; } | [](auto x) { return x + x * x * x; };
#else
constexpr auto mine = layer<"norm">(T, C) | [](auto x) {
  auto a = x + x * x * x;
  auto b = a + a * a * a;
  auto c = b + b * b * b;
  auto d = c + c * c * c;
  return d + d * d * d;
};
#endif
