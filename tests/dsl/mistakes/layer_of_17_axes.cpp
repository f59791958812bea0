// expect: normfold: a layer has at most 16 axes, counting a split axis as two, join the axes that go together
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

// clang-format off
inline constexpr struct a_ : axis<"a"> {} a;
inline constexpr struct b_ : axis<"b"> {} b;
inline constexpr struct c_ : axis<"c"> {} c;
inline constexpr struct d_ : axis<"d"> {} d;
inline constexpr struct e_ : axis<"e"> {} e;
inline constexpr struct f_ : axis<"f"> {} f;
inline constexpr struct g_ : axis<"g"> {} g;
inline constexpr struct h_ : axis<"h"> {} h;
inline constexpr struct i_ : axis<"i"> {} i;
inline constexpr struct j_ : axis<"j"> {} j;
inline constexpr struct k_ : axis<"k"> {} k;
inline constexpr struct l_ : axis<"l"> {} l;
inline constexpr struct m_ : axis<"m"> {} m;
inline constexpr struct n_ : axis<"n"> {} n;
inline constexpr struct o_ : axis<"o"> {} o;
inline constexpr struct p_ : axis<"p"> {} p;
inline constexpr struct q_ : axis<"q"> {} q;
// clang-format on
#ifdef FIXED
constexpr auto mine = layer<"norm">(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) | over(p) | center;
#else
constexpr auto mine = layer<"norm">(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q) | over(q) | center;
#endif
