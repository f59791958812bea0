// expect: normfold::eps_must_be_a_number_of_zero_or_more__write_scale_eps_1e_6
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale(eps = 1e-6);
#else
constexpr auto mine = layer<"norm">(T, C) | over(C) | scale(eps = -1e-6);
#endif
