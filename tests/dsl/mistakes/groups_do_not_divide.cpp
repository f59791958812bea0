// expect: normfold::the_extent_of_the_axis_is_not_a_multiple_of_its_number_of_groups
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C(96)) | over(C / 32) | scale;
#else
constexpr auto mine = layer<"norm">(N, C(100)) | over(C / 32) | scale;
#endif
