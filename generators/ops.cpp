// Rows of the op table. Add an op here; then one text in every backend's column (tests say which is missing).
#include "ops.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace normfold::gen {
namespace {

using args = const long double*;
constexpr auto leaf = op_kind::leaf;
constexpr auto fold = op_kind::reduction;
constexpr auto each = op_kind::elementwise;
constexpr long double infinity = std::numeric_limits<long double>::infinity();

long double larger(long double a, long double b) { return std::isnan(a) || a > b ? a : b; }
long double smaller(long double a, long double b) { return std::isnan(a) || a < b ? a : b; }

const op_row rows[] = {
    // Leaves. "pivot" is made by the plan alone: the mean of the first block of a reduction, near which sums are taken.
    {"input", leaf, 0, false, nullptr, "{name}"},
    {"parameter", leaf, 0, false, nullptr, "{name}"},
    {"given", leaf, 0, false, nullptr, "{name}"},
    {"constant", leaf, 0, false, nullptr, "{value}"},
    {"count", leaf, 0, false, nullptr, "count"},
    // A power of two for each slice and its reciprocal, made by the plan to keep squares in range; 1 on ordinary slices.
    {"scale", leaf, 0, false, nullptr, "scale"},
    {"unscale", leaf, 0, false, nullptr, "unscale"},

    {"add", each, 2, true, [](args a) { return a[0] + a[1]; }, "{0} + {1}"},
    {"sub", each, 2, false, [](args a) { return a[0] - a[1]; }, "{0} - {1}"},
    {"mul", each, 2, true, [](args a) { return a[0] * a[1]; }, "{0} * {1}"},
    {"div", each, 2, false, [](args a) { return a[0] / a[1]; }, "{0} / {1}"},
    {"neg", each, 1, false, [](args a) { return -a[0]; }, "-{0}"},
    {"max", each, 2, true, [](args a) { return larger(a[0], a[1]); }, "max({0}, {1})"},
    {"min", each, 2, true, [](args a) { return smaller(a[0], a[1]); }, "min({0}, {1})"},
    {"abs", each, 1, false, [](args a) { return std::fabs(a[0]); }, "abs({0})"},
    {"sq", each, 1, false, [](args a) { return a[0] * a[0]; }, "sq({0})"},
    {"sqrt", each, 1, false, [](args a) { return std::sqrt(a[0]); }, "sqrt({0})"},
    {"rsqrt", each, 1, false, [](args a) { return 1 / std::sqrt(a[0]); }, "rsqrt({0})"},
    {"exp", each, 1, false, [](args a) { return std::exp(a[0]); }, "exp({0})"},
    {"log", each, 1, false, [](args a) { return std::log(a[0]); }, "log({0})"},
    {"tanh", each, 1, false, [](args a) { return std::tanh(a[0]); }, "tanh({0})"},
    {"sigmoid", each, 1, false, [](args a) { return 1 / (1 + std::exp(-a[0])); }, "sigmoid({0})"},
    {"erf", each, 1, false, [](args a) { return std::erf(a[0]); }, "erf({0})"},
    {"round", each, 1, false, [](args a) { return std::nearbyint(a[0]); }, "round({0})"},
    {"less", each, 2, false, [](args a) -> long double { return a[0] < a[1]; }, "{0} < {1}"},
    {"less_equal", each, 2, false, [](args a) -> long double { return a[0] <= a[1]; }, "{0} <= {1}"},
    {"select", each, 3, false, [](args a) { return a[0] != 0 ? a[1] : a[2]; }, "select({0}, {1}, {2})"},
    // Rounds to the tensor's type in memory; the identity in the reference's precision.
    {"storage", each, 1, false, [](args a) { return a[0]; }, "rounded({0})"},

    {"mean", fold, 1, false, [](args a) { return a[0] + a[1]; }, "mean({0})", 0},
    {"sum", fold, 1, false, [](args a) { return a[0] + a[1]; }, "sum({0})", 0},
    {"reduce_max", fold, 1, false, [](args a) { return larger(a[0], a[1]); }, "max({0})", -infinity},
    {"reduce_min", fold, 1, false, [](args a) { return smaller(a[0], a[1]); }, "min({0})", infinity},
    {"absmax", fold, 1, false, [](args a) { return larger(a[0], std::fabs(a[1])); }, "absmax({0})", 0},
    {"pivot", fold, 1, false, [](args a) { return a[0] + a[1]; }, "pivot({0})", 0},
};

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
