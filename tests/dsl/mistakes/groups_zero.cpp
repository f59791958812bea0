// expect: normfold::the_number_of_groups_must_be_at_least_1__write_C_over_32
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C) | over(C / 1) | scale;
#else
constexpr auto mine = layer<"norm">(N, C) | over(C / 0) | scale;
#endif
