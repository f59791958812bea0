// expect: normfold: an axis is named by a C identifier that is no keyword and not x, y or context
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

inline constexpr struct y_axis_ : axis<"y"> {
} y;
inline constexpr struct x_axis_ : axis<"x"> {
} x;
inline constexpr struct row_ : axis<"row"> {
} row;
inline constexpr struct column_ : axis<"column"> {
} column;
#ifdef FIXED
constexpr auto mine = layer<"norm">(row, column) | over(column) | scale;
#else
constexpr auto mine = layer<"norm">(y, x) | over(x) | scale;
#endif
