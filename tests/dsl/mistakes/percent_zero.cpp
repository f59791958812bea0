// expect: normfold::percent_must_lie_above_0_and_up_to_100__write_first_6_25_percent_C
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(first(1_percent, C)) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over(first(0_percent, C)) | scale;
#endif
