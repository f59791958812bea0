// expect: normfold: an axis is named by a C identifier that is no keyword and not x, y or context
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

#ifdef FIXED
inline constexpr struct channel_ : axis<"channel"> {
} channel;
#else
inline constexpr struct channel_ : axis<"signed"> {
} channel;
#endif
#ifdef FIXED
constexpr auto mine = layer<"norm">(T, channel) | over(channel) | scale;
#else
constexpr auto mine = layer<"norm">(T, channel) | over(channel) | scale;
#endif
