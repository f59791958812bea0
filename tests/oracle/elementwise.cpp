// Elementwise ops: the op table's reference on every element, and again with each argument moved by its bound.
#include <cmath>
#include <limits>

#include "error.hpp"
#include "interpreter.hpp"
#include "ops.hpp"

namespace normfold::oracle {
namespace {

// The largest change of f where argument `k` moves by `e`.
double sensitivity(long double (*f)(const long double*), long double* a, int k, double e, long double value) {
  if (e == 0) return 0;
  const long double centre = a[k];
  a[k] = centre + e;
  const long double up = std::fabs(f(a) - value);
  a[k] = centre - e;
  const long double down = std::fabs(f(a) - value);
  a[k] = centre;
  const bool known = std::isfinite(up) && std::isfinite(down);
  return known ? static_cast<double>(std::fmax(up, down)) : std::numeric_limits<double>::infinity();
}

}  // namespace

array interpreter::rounded(const array& a) const {
  array result;
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const long double v = round_to(p_.storage, a.value[i]);
    const long double up = round_to(p_.storage, a.value[i] + a.error[i]);
    const long double down = round_to(p_.storage, a.value[i] - a.error[i]);
    result.value.push_back(v);
    result.error.push_back(up == down ? 0 : static_cast<double>(std::fmax(up - v, v - down)));
  }
  return result;
}

array interpreter::elementwise(int index) const {
  const ir::node& n = at(index);
  if (n.op == "storage") return rounded(in(index, 0));
  const gen::op_row& row = gen::find_op(n.op);
  const auto arity = static_cast<std::size_t>(row.arity);
  const double relative = roundings(n.op) * unit_ + own_unit;
  std::vector<std::vector<std::size_t>> where(arity);
  for (std::size_t k = 0; k < arity; ++k) {
    const ir::atom_set set = at(arg(index, static_cast<int>(k))).varies;
    if (set != n.varies) where[k] = broadcast(set, n.varies, extents_);
  }
  const std::size_t size = count(n.varies);
  array result{std::vector<long double>(size), std::vector<double>(size)};
  long double a[3] = {};
  double e[3] = {};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < arity; ++k) {
      const array& from = in(index, static_cast<int>(k));
      const std::size_t place = where[k].empty() ? i : where[k][i];
      a[k] = from.value[place];
      e[k] = from.error[place];
    }
    const long double v = row.reference(a);
    result.value[i] = v;
    if (!std::isfinite(v)) continue;
    double error = relative * static_cast<double>(std::fabs(v));
    for (std::size_t k = 0; k < arity; ++k) error += sensitivity(row.reference, a, static_cast<int>(k), e[k], v);
    result.error[i] = error;
  }
  // (a - K) - dm: the spread of the row stands for the size of the mean.
  if (is_centred(index)) {
    const spread& s = spreads_.at(arg(index, 1));
    const array& before = in(index, 0);
    const array& mean = in(index, 1);
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t row_of = where[1].empty() ? i : where[1][i];
      if (!std::isfinite(result.value[i])) continue;
      const double size_of = static_cast<double>(std::fabs(result.value[i]));
      result.error[i] = before.error[i] + s.shift[row_of] + unit_ * (2 * size_of + s.distance[row_of]) +
                        own_unit * static_cast<double>(std::fabs(mean.value[row_of]));
      if (size_of == 0 && s.distance[row_of] == 0 && s.shift[row_of] == 0 && before.error[i] == 0) result.error[i] = 0;
    }
  }
  return result;
}

// Element values beyond the range of the arithmetic have no bound, those near 0 the smallest step as theirs.
void interpreter::check_range(int index, array& a) {
  if (may_leave_range_[static_cast<std::size_t>(index)]) return;
  const number type = arithmetic_of(p_.storage);
  const auto largest = static_cast<long double>(largest_of(type));
  const double smallest = type == number::f64 ? 0x1p-1074 : 0x1p-149;
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const long double size = std::fabs(a.value[i]);
    if (std::isfinite(size) && size > largest) a.error[i] = std::numeric_limits<double>::infinity();
    if (size > 0 && size < 0x1p23L * smallest / unit_) a.error[i] += smallest;
  }
}

}  // namespace normfold::oracle
