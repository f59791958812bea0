// The algebra of sums of products.
#include "terms.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include "rules.hpp"

namespace normfold::gen {

using ir::has;

namespace {

/// As many sums as one sweep takes.
constexpr std::size_t most_sums = 4;

ir::atom_set only(int atom) { return ir::atom_set{1} << atom; }
std::optional<ir::leading> within(const std::optional<ir::leading>& first, ir::atom_set atoms) {
  return first && has(atoms, first->atom) ? first : std::nullopt;
}
void multiply(term& t, int node, int power) {
  if (const int now = t.powers[node] += power; now == 0) t.powers.erase(node);
}

}  // namespace

algebra::algebra(builder& b) : b_(b), forward_(b.size()) {}

bool algebra::is_condition(int node) const {
  return b_.is(node, "less") || b_.is(node, "less_equal") || b_.is(node, "leading");
}

const deferred* algebra::find(int node) const {
  const auto found = deferred_.find(node);
  return found == deferred_.end() ? nullptr : &found->second;
}

int algebra::defer(deferred d) {
  for (const auto& [node, known] : deferred_)
    if (known == d) return node;
  ir::atom_set along = 0;
  bool element = false;
  for (const term& t : d.inner) {
    along |= varies(t);
    element = element || has_element(t);
  }
  const int node = b_.add({.op = d.over == 0 && element ? "input" : "given",
                           .name = "#" + std::to_string(deferred_.size()),
                           .varies = along & ~d.over});
  deferred_.emplace(node, std::move(d));
  return node;
}

ir::atom_set algebra::varies(const term& t) const {
  ir::atom_set along = 0;
  for (const auto& [node, power] : t.powers) along |= b_[node].varies;
  return along;
}

term algebra::product_of(int node) const {
  const ir::node n = b_[node];
  if (n.op == "constant") return {n.value, {}};
  if (n.op == "neg") return times(term{-1, {}}, product_of(n.args[0]));
  if (n.op == "mul") return times(product_of(n.args[0]), product_of(n.args[1]));
  if (n.op == "sq") return times(product_of(n.args[0]), product_of(n.args[0]));
  if (n.op == "div" && b_.is_constant(n.args[0], 1)) {
    term inverse;
    const term under = product_of(n.args[1]);
    for (const auto& [factor, power] : under.powers) inverse.powers[factor] = -power;
    inverse.coefficient = 1 / under.coefficient;
    return inverse;
  }
  term made;
  if (n.op == "count") {  // n_c * n_h, so that parts of it can cancel
    for (int a = 0; a < static_cast<int>(b_.atoms().size()); ++a)
      if (has(n.over, a)) made.powers[b_.count(only(a), within(n.first, only(a)))] = 1;
    return made;
  }
  made.powers[node] = 1;
  return made;
}

term algebra::times(const term& a, const term& b) const {
  term made = a;
  made.coefficient *= b.coefficient;
  for (const auto& [node, power] : b.powers) multiply(made, node, power);
  for (auto& [node, power] : made.powers)
    if (is_condition(node)) power = 1;  // 1 * 1 = 1, 0 * 0 = 0
  return made;
}

terms algebra::times(const terms& a, const term& b) const {
  terms made;
  for (const term& t : a) add(made, times(t, b));
  return made;
}

void algebra::add(terms& to, const term& one) {
  if (one.coefficient == 0) return;
  const auto same = std::find_if(to.begin(), to.end(), [&](const term& t) { return t.powers == one.powers; });
  if (same == to.end()) to.push_back(one);
  else if ((same->coefficient += one.coefficient) == 0) to.erase(same);
}

void algebra::add(terms& to, const terms& more) {
  for (const term& t : more) add(to, t);
}

bool algebra::has_element(const term& t) const {
  return std::any_of(t.powers.begin(), t.powers.end(),
                     [&](const auto& f) { return b_.made_of(f.first) == origin::element; });
}

// Whether a sum over whole elements must be known before this can be computed.
bool algebra::depends_on_sums(const term& t) const {
  for (const auto& [node, power] : t.powers) {
    const deferred* d = find(node);
    if (d == nullptr) continue;
    for (const term& inner : d->inner)
      if ((d->over != 0 && has_element(inner)) || depends_on_sums(inner)) return true;
  }
  return false;
}

term algebra::together(const terms& of) {
  if (of.size() == 1) return of[0];
  terms sorted = of;
  std::sort(sorted.begin(), sorted.end());
  term made;
  made.powers[defer({std::move(sorted), 0, {}})] = 1;
  return made;
}

// The product as the forward graph would write it.
int algebra::plain(const term& t) {
  int made = b_.constant(t.coefficient);
  for (const auto& [node, power] : t.powers)
    for (int i = 0; i < std::abs(power); ++i)
      made = simplified(
          b_, {.op = "mul",
               .args = {made, power > 0 ? node : simplified(b_, {.op = "div", .args = {b_.constant(1), node}})}});
  return made;
}

// sum(a - mean(a)) = 0 over the same part of the same axes, also where what it is multiplied by does not vary along them.
bool algebra::vanishes(const term& inner, ir::atom_set over, const std::optional<ir::leading>& first) const {
  for (const auto& factor : inner.powers) {
    const int centred = factor.first;
    const ir::node& n = b_[centred];
    if (factor.second != 1 || n.op != "sub" || !b_.is(n.args[1], "mean") || b_[n.args[1]].args[0] != n.args[0])
      continue;
    const ir::node& mean = b_[n.args[1]];
    if ((mean.over & ~over) != 0 || mean.first != within(first, mean.over)) continue;
    const bool alone = std::all_of(inner.powers.begin(), inner.powers.end(), [&](const auto& f) {
      return f.first == centred || (b_[f.first].varies & mean.over) == 0;
    });
    if (alone) return true;
  }
  return false;
}

terms algebra::sum_of_one(const term& t, ir::atom_set over, std::optional<ir::leading> first) {
  term outer{t.coefficient, {}}, inner;
  for (const auto& [node, power] : t.powers) {
    // sum(leading * a) = sum(first(...), a)
    if (b_.is(node, "leading") && has(over, b_[node].first->atom)) first = b_[node].first;
    // sum(s * a) = s * sum(a) where s does not vary along the reduced axes
    else if ((b_[node].varies & over) == 0) outer.powers[node] = power;
    else inner.powers[node] = power;
  }
  // sum(1) = n, along each axis that nothing varies along
  const ir::atom_set idle = over & ~varies(inner);
  for (int a = 0; a < static_cast<int>(b_.atoms().size()); ++a)
    if (has(idle, a)) multiply(outer, b_.count(only(a), within(first, only(a))), 1);
  over &= ~idle;
  if (over == 0) return {times(outer, inner)};
  if (vanishes(inner, over, first)) return {};
  return times(sum_of_inner(inner, over, within(first, over)), outer);
}

// Sums of what varies along all of `over`, one after another where a factor varies along fewer axes:
// sum(n, h, a * s[n]) = sum(n, s * sum(h, a)). Inner sums are small, and serve more than one outer sum.
terms algebra::sum_of_inner(term inner, ir::atom_set over, const std::optional<ir::leading>& first) {
  ir::atom_set later = over;
  for (const auto& [node, power] : inner.powers)
    if (const ir::atom_set mine = b_[node].varies & over;
        std::pair(std::popcount(mine), mine) < std::pair(std::popcount(later), later))
      later = mine;
  if (later != over) {
    const ir::atom_set now = over & ~later;
    term rest, here;
    for (const auto& [node, power] : inner.powers) ((b_[node].varies & now) != 0 ? here : rest).powers[node] = power;
    return sum(times(sum_of_one(here, now, within(first, now)), rest), later, within(first, later));
  }
  // A mean or sum that the forward graph has already.
  const int value = plain(inner);
  const ir::node scope{.op = "sum", .over = over, .first = first};
  if (const int mean = b_.reduce("mean", value, scope); is_forward(mean))
    return {times(term{1, {{mean, 1}}}, product_of(b_.count(over, first)))};
  if (const int known = b_.reduce("sum", value, scope); is_forward(known)) return {term{1, {{known, 1}}}};
  return {term{1, {{defer({{inner}, over, first}), 1}}}};
}

// sum(a + b) = sum(a) + sum(b) where that needs no sum first; else the terms that share what does not vary along the
// reduced axes are summed together.
terms algebra::sum(const terms& of, ir::atom_set over, const std::optional<ir::leading>& first) {
  if (over == 0) return of;
  terms split;
  for (const term& t : of) add(split, sum_of_one(t, over, first));
  if (of.size() <= 1) return split;

  std::set<int> sums;  // over whole elements
  bool waits = false;
  for (const term& t : split)
    for (const auto& [node, power] : t.powers) {
      const deferred* d = find(node);
      if (d == nullptr || d->over == 0 ||
          std::none_of(d->inner.begin(), d->inner.end(), [&](const term& i) { return has_element(i); }))
        continue;
      sums.insert(node);
      for (const term& i : d->inner) waits = waits || depends_on_sums(i);
    }
  const bool depends = std::any_of(of.begin(), of.end(), [&](const term& t) { return depends_on_sums(t); });
  if (sums.size() <= 1 || (depends && !waits && sums.size() <= most_sums)) return split;

  std::map<std::map<int, int>, terms> groups;
  for (const term& t : of) {
    term outer, inner{t.coefficient, {}};
    for (const auto& [node, power] : t.powers) ((b_[node].varies & over) == 0 ? outer : inner).powers[node] = power;
    add(groups[outer.powers], inner);
  }
  terms made;
  for (const auto& [outer, inner] : groups) {
    if (!inner.empty()) add(made, times(sum_of_one(together(inner), over, first), term{1, outer}));
  }
  return made;
}

}  // namespace normfold::gen
