// expect: normfold: a layer's name must not be a keyword of C or C++ or a name of the C library, choose another
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale;
#else
constexpr auto mine = layer<"register">(T, C) | over(C) | scale;
#endif
