// expect: normfold::first_must_take_at_least_one_element__write_first_64_C
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
constexpr auto mine = layer<"norm">(T, C) | over(first(1, C)) | scale;
#else
constexpr auto mine = layer<"norm">(T, C) | over(first(0, C)) | scale;
#endif
