// expect: normfold: this name already counts the groups of another axis, give each axis its own
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

inline constexpr struct rows_ : axis<"rows"> {
} rows;
#ifdef FIXED
constexpr auto mine = layer<"norm">(N, C, H) | over(C / G, H / rows) | scale;
#else
constexpr auto mine = layer<"norm">(N, C, H) | over(C / G, H / G) | scale;
#endif
