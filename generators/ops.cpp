// Rows of the op table. Add an op here, its derivative beside it; then one text in every backend's column (tests say
// which is missing).
#include "ops.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "value.hpp"

namespace normfold::gen {
namespace {

using args = const long double*;
constexpr auto leaf = op_kind::leaf;
constexpr auto fold = op_kind::reduction;
constexpr auto each = op_kind::elementwise;
constexpr long double infinity = std::numeric_limits<long double>::infinity();

long double larger(long double a, long double b) { return std::isnan(a) || a > b ? a : b; }
long double smaller(long double a, long double b) { return std::isnan(a) || a < b ? a : b; }

// Derivatives. Where the largest or smallest value is attained several times, all that attain it share the gradient
// equally, in `max` and `min` as in their reductions: the one rule that does not depend on how a formula is ordered.
using in = const applied&;

value shared(value wins, value loses) { return wins * select(loses, 0.5, 1); }
value share_of(in n, value attains) { return attains / total(n, attains); }
value sign(value a) { return select(0 < a, 1, select(a < 0, -1, 0)); }
value one(in) { return 1; }
value minus_one(in) { return -1; }

// clang-format off
const op_row rows[] = {
    // Leaves. "pivot" is made by the plan alone: the mean of the first block of a reduction, near which sums are taken.
    // "leading" is 1 in the part of an atom that `first(...)` takes and 0 behind it.
    {"input", leaf, 0, false, nullptr, "{name}"},
    {"parameter", leaf, 0, false, nullptr, "{name}"},
    {"given", leaf, 0, false, nullptr, "{name}"},
    {"constant", leaf, 0, false, nullptr, "{value}"},
    {"count", leaf, 0, false, nullptr, "count"},
    // A power of two for each slice and its reciprocal, made by the plan to keep squares in range; 1 on ordinary slices.
    {"scale", leaf, 0, false, nullptr, "scale"},
    {"unscale", leaf, 0, false, nullptr, "unscale"},
    {"leading", leaf, 0, false, nullptr, "leading"},

    {"add", each, 2, true, [](args a) { return a[0] + a[1]; }, "{0} + {1}", {one, one}},
    {"sub", each, 2, false, [](args a) { return a[0] - a[1]; }, "{0} - {1}", {one, minus_one}},
    {"mul", each, 2, true, [](args a) { return a[0] * a[1]; }, "{0} * {1}",
     {[](in n) { return n.b; }, [](in n) { return n.a; }}},
    {"div", each, 2, false, [](args a) { return a[0] / a[1]; }, "{0} / {1}",
     {[](in n) { return 1 / n.b; }, [](in n) { return -n.f * (1 / n.b); }}},
    {"neg", each, 1, false, [](args a) { return -a[0]; }, "-{0}", {minus_one}},
    {"max", each, 2, true, [](args a) { return larger(a[0], a[1]); }, "max({0}, {1})",
     {[](in n) { return shared(n.b <= n.a, n.a <= n.b); }, [](in n) { return shared(n.a <= n.b, n.b <= n.a); }}},
    {"min", each, 2, true, [](args a) { return smaller(a[0], a[1]); }, "min({0}, {1})",
     {[](in n) { return shared(n.a <= n.b, n.b <= n.a); }, [](in n) { return shared(n.b <= n.a, n.a <= n.b); }}},
    {"abs", each, 1, false, [](args a) { return std::fabs(a[0]); }, "abs({0})", {[](in n) { return sign(n.a); }}},
    {"sq", each, 1, false, [](args a) { return a[0] * a[0]; }, "sq({0})", {[](in n) { return 2 * n.a; }}},
    // 0 at 0, so that the length of a row of zeros has a gradient: the one of least norm among its subgradients.
    {"sqrt", each, 1, false, [](args a) { return std::sqrt(a[0]); }, "sqrt({0})",
     {[](in n) { return (0 < n.f) * (0.5 * (1 / n.f)); }}},
    {"rsqrt", each, 1, false, [](args a) { return 1 / std::sqrt(a[0]); }, "rsqrt({0})",
     {[](in n) { return -0.5 * n.f * sq(n.f); }}},
    {"exp", each, 1, false, [](args a) { return std::exp(a[0]); }, "exp({0})", {[](in n) { return n.f; }}},
    {"log", each, 1, false, [](args a) { return std::log(a[0]); }, "log({0})", {[](in n) { return 1 / n.a; }}},
    {"tanh", each, 1, false, [](args a) { return std::tanh(a[0]); }, "tanh({0})", {[](in n) { return 1 - sq(n.f); }}},
    {"sigmoid", each, 1, false, [](args a) { return 1 / (1 + std::exp(-a[0])); }, "sigmoid({0})",
     {[](in n) { return n.f * (1 - n.f); }}},
    {"erf", each, 1, false, [](args a) { return std::erf(a[0]); }, "erf({0})",
     {[](in n) { return 2 * std::numbers::inv_sqrtpi * exp(-sq(n.a)); }}},
    // A staircase: its derivative is 0.
    {"round", each, 1, false, [](args a) { return std::nearbyint(a[0]); }, "round({0})"},
    {"less", each, 2, false, [](args a) -> long double { return a[0] < a[1]; }, "{0} < {1}"},
    {"less_equal", each, 2, false, [](args a) -> long double { return a[0] <= a[1]; }, "{0} <= {1}"},
    {"select", each, 3, false, [](args a) { return a[0] != 0 ? a[1] : a[2]; }, "select({0}, {1}, {2})",
     {nullptr, [](in n) { return holds(n.a); }, [](in n) { return fails(n.a); }}},
    // Rounds to the tensor's type in memory; the identity in the reference's precision. The gradient goes straight through.
    {"storage", each, 1, false, [](args a) { return a[0]; }, "rounded({0})", {one}},

    // The same value for each element of a loop, made by the plan so that what a group shares lies beside what it does not.
    {"spread", each, 1, false, [](args a) { return a[0]; }, "each({0})", {one}},

    {"mean", fold, 1, false, [](args a) { return a[0] + a[1]; }, "mean({0})", {[](in n) { return 1 / count(n); }}, 0},
    {"sum", fold, 1, false, [](args a) { return a[0] + a[1]; }, "sum({0})", {one}, 0},
    {"reduce_max", fold, 1, false, [](args a) { return larger(a[0], a[1]); }, "max({0})",
     {[](in n) { return share_of(n, n.f <= n.a); }}, -infinity},
    {"reduce_min", fold, 1, false, [](args a) { return smaller(a[0], a[1]); }, "min({0})",
     {[](in n) { return share_of(n, n.a <= n.f); }}, infinity},
    {"absmax", fold, 1, false, [](args a) { return larger(a[0], std::fabs(a[1])); }, "absmax({0})",
     {[](in n) { return sign(n.a) * share_of(n, n.f <= abs(n.a)); }}, 0},
    {"pivot", fold, 1, false, [](args a) { return a[0] + a[1]; }, "pivot({0})", {}, 0},
};
// clang-format on

}  // namespace

std::span<const op_row> all_ops() { return rows; }

const op_row& find_op(std::string_view name) {
  for (const op_row& row : rows)
    if (row.name == name) return row;
  throw std::logic_error("no row in the op table for '" + std::string(name) + "'; add one in ops.cpp");
}

bool is_reduction(std::string_view op) { return find_op(op).kind == op_kind::reduction; }
bool is_leaf(std::string_view op) { return find_op(op).kind == op_kind::leaf; }

}  // namespace normfold::gen
