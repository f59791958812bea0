// expect: normfold::the_axis_is_split_into_two_different_numbers_of_groups__write_the_same_C_over_32_everywhere
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / 32) | center | over(C / 32) | scale;
#else
constexpr auto mine = layer<"norm">(N, C) | over(C / 32) | center | over(C / 16) | scale;
#endif
