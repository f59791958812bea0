// expect: normfold::the_extent_of_an_axis_must_be_at_least_1__write_C_4096
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C(1)) | over(C) | scale;
#else
constexpr auto mine = layer<"norm">(T, C(0)) | over(C) | scale;
#endif
