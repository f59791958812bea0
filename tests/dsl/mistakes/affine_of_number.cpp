// expect: normfold: affine and gain take the axes of their parameters, as in affine(C), or gain takes a value as in
// gain(1 + weight(C))
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | affine(C);
#else
constexpr auto mine = layer<"norm">(T, C) | affine(4096);
#endif
