// Reductions: merged by the op table's reference, means and sums with the bounds of error.hpp. A reduction of another
// kind whose terms are not simply added says here how its error follows from theirs.
#include <cmath>
#include <limits>

#include "error.hpp"
#include "interpreter.hpp"
#include "ops.hpp"

namespace normfold::oracle {
namespace {

// Neumaier's sum: its error does not grow with the number of terms.
struct exact_sum {
  long double total = 0, lost = 0;
  void add(long double term) {
    const long double next = total + term;
    lost += std::fabs(total) >= std::fabs(term) ? (total - next) + term : (term - next) + total;
    total = next;
  }
  long double value() const { return std::isfinite(total) ? total + lost : total; }
};

}  // namespace

double interpreter::reduced_count(const ir::node& n, ir::atom_set among) const {
  double product = 1;
  for (std::size_t a = 0; a < extents_.size(); ++a) {
    if (((n.over & among) >> a & 1) == 0) continue;
    const bool part = n.first && n.first->atom == static_cast<int>(a);
    product *= static_cast<double>(part ? leading_count(*n.first, extents_) : extents_[a]);
  }
  return product;
}

// Where each element along `from` goes in the reduction's result.
std::vector<std::size_t> interpreter::slices(ir::atom_set from, const ir::node& n) const {
  std::vector<std::size_t> result = broadcast(from & ~n.over, from, extents_);
  if (!n.first || (from >> n.first->atom & 1) == 0) return result;
  const std::size_t taken = leading_count(*n.first, extents_);
  const std::vector<std::size_t> place = broadcast(ir::atom_set{1} << n.first->atom, from, extents_);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (place[i] >= taken) result[i] = left_out;
  return result;
}

// How many of the reduced elements are neighbours in memory.
double interpreter::run_length(const ir::node& n) const {
  const ir::atom_set from = at(same(n.args[0])).varies;
  double run = 1;
  for (std::size_t k = extents_.size(); k-- > 0;) {
    const std::size_t a = p_.order.empty() ? k : static_cast<std::size_t>(p_.order[k]);
    if ((from >> a & 1) == 0) continue;
    if ((n.over >> a & 1) == 0) break;
    const bool part = n.first && n.first->atom == static_cast<int>(a);
    run *= static_cast<double>(part ? leading_count(*n.first, extents_) : extents_[a]);
    if (part) break;
  }
  return run;
}

double interpreter::additions(const ir::node& n) const {
  const double lanes = 128.0 / static_cast<double>(bytes_of(arithmetic_of(p_.storage)));
  return depth(reduced_count(n, at(same(n.args[0])).varies), run_length(n), lanes);
}

// The elements along `set`, in the order in which they lie in memory.
std::vector<std::size_t> interpreter::in_memory_order(ir::atom_set set) const {
  std::vector<std::size_t> result{0};
  for (std::size_t k = extents_.size(); k-- > 0;) {
    const std::size_t a = p_.order.empty() ? k : static_cast<std::size_t>(p_.order[k]);
    if ((set >> a & 1) == 0) continue;
    const std::size_t stride = count(set & ~((ir::atom_set{2} << a) - 1)), inner = result.size();
    for (std::size_t i = 1; i < extents_[a]; ++i)
      for (std::size_t j = 0; j < inner; ++j) result.push_back(result[j] + i * stride);
    if (extents_[a] == 0) return {};
  }
  return result;
}

// K: the mean of the first 16 elements of a run, or as many as the largest power of two that it holds.
std::vector<long double> interpreter::pivots(int mean, const std::vector<std::size_t>& to) const {
  double block = 16;
  while (block > run_length(at(mean))) block /= 2;
  std::vector<double> taken(count(at(mean).varies));
  std::vector<long double> result(taken.size());
  for (const std::size_t i : in_memory_order(at(arg(mean, 0)).varies)) {
    if (to[i] == left_out || taken[to[i]] >= block) continue;
    ++taken[to[i]];
    result[to[i]] += in(mean, 0).value[i] / static_cast<long double>(block);
  }
  return result;
}

array interpreter::fold(const ir::node& n) const {
  const int from = same(n.args[0]);
  const array& terms = values_[static_cast<std::size_t>(from)];
  const std::vector<std::size_t> to = slices(at(from).varies, n);
  const std::size_t size = count(n.varies);
  const gen::op_row& row = gen::find_op(n.op);
  if (n.op != "mean" && n.op != "sum") {
    array result{std::vector<long double>(size, row.identity), std::vector<double>(size)};
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (to[i] == left_out) continue;
      const long double merged[2] = {result.value[to[i]], terms.value[i]};
      result.value[to[i]] = row.reference(merged);
      result.error[to[i]] = std::fmax(result.error[to[i]], terms.error[i]);
    }
    return result;
  }
  array result{std::vector<long double>(size), std::vector<double>(size)};
  std::vector<exact_sum> sums(size);
  std::vector<double> absolute(size);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == left_out) continue;
    sums[to[i]].add(terms.value[i]);
    absolute[to[i]] += static_cast<double>(std::fabs(terms.value[i]));
    result.error[to[i]] += terms.error[i];
  }
  // An operand that does not vary along a reduced atom is one term there; a sum counts it for each element.
  const double added = reduced_count(n, at(from).varies);
  const double factor = n.op == "mean" ? 1 / added : reduced_count(n) / added;
  for (std::size_t k = 0; k < size; ++k) {
    result.value[k] = n.op == "mean" ? sums[k].value() / static_cast<long double>(added) : sums[k].value() * factor;
    const double bound = factor * (result.error[k] + (unit_ * additions(n) + own_unit) * absolute[k]);
    result.error[k] = std::isfinite(result.value[k]) ? bound : 0;
  }
  return result;
}

// The bounds of a mean that something is centred with, from the centred values.
void interpreter::measure(int mean, array& result) {
  const ir::node& n = at(mean);
  const array& v = in(mean, 0);
  const std::vector<std::size_t> to = slices(at(arg(mean, 0)).varies, n);
  const std::size_t size = result.value.size();
  const double added = reduced_count(n, at(arg(mean, 0)).varies);
  std::vector<double> absolute(size), square(size), before(size);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::size_t k = to[i];
    if (k == left_out) continue;
    const auto c = static_cast<double>(std::fabs(v.value[i] - result.value[k]));
    absolute[k] += c / added;
    square[k] += c * c / added;
    before[k] += v.error[i] / added;
  }
  spread s{std::vector<double>(size), std::vector<double>(size), square};
  const std::vector<long double> pivot = pivots(mean, to);
  for (std::size_t k = 0; k < size; ++k) {
    const auto away = static_cast<double>(std::fabs(pivot[k] - result.value[k]));
    const bool again = away > 1.01 * reach * std::sqrt(square[k]);
    const bool flat = square[k] == 0;
    s.distance[k] = flat ? 0 : (again ? 0 : away) + unit_ * static_cast<double>(std::fabs(result.value[k]));
    s.shift[k] = before[k] + unit_ * (additions(n) * (absolute[k] + s.distance[k]));
    const auto level = static_cast<double>(std::fabs(result.value[k]));
    result.error[k] = std::isfinite(level) ? s.shift[k] + (unit_ + own_unit) * level : 0;
  }
  spreads_[mean] = std::move(s);
}

// mean(sq(a - mean(a))) over one scope: the error of the mean enters only with the distance of K.
void interpreter::bound_variance(int index, array& result) const {
  const ir::node& n = at(index);
  const int centred = arg(arg(index, 0), 0);
  const array& c = values_[static_cast<std::size_t>(centred)];
  const array& v = in(centred, 0);
  const spread& s = spreads_.at(arg(centred, 1));
  const std::vector<std::size_t> to = slices(at(centred).varies, n);
  const double added = reduced_count(n, at(centred).varies);
  std::vector<double> before(result.value.size());
  for (std::size_t i = 0; i < to.size(); ++i)
    if (to[i] != left_out) before[to[i]] += 2 * static_cast<double>(std::fabs(c.value[i])) * v.error[i] / added;
  for (std::size_t k = 0; k < result.value.size(); ++k) {
    if (!std::isfinite(result.value[k])) continue;
    const double squares = s.square[k] + s.distance[k] * s.distance[k];
    const double bound =
        before[k] + (unit_ * (additions(n) + 2) + own_unit) * squares + s.shift[k] * (2 * s.distance[k] + s.shift[k]);
    result.error[k] = n.op == "mean" ? bound : bound * reduced_count(n);
  }
}

array interpreter::reduce(int index) {
  array result = fold(at(index));
  if (centring_.contains(index)) measure(index, result);
  const int square = arg(index, 0);
  const bool of_squares = (at(index).op == "mean" || at(index).op == "sum") && is_square(square);
  if (of_squares && is_centred(arg(square, 0)) && same_scope(at(arg(arg(square, 0), 1)), at(index)))
    bound_variance(index, result);
  return result;
}

}  // namespace normfold::oracle
