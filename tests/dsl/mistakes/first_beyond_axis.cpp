// expect: normfold::first_takes_more_elements_than_its_axis_has
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C(64)) | over(first(64, C)) | scale;
#else
constexpr auto mine = layer<"norm">(T, C(64)) | over(first(65, C)) | scale;
#endif
