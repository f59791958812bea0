// How gradients are written down: normalised values inside sums, common factors outside, conditions outermost.
#include "assemble.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "rules.hpp"

namespace normfold::gen {

using ir::has;

namespace {

std::optional<ir::leading> within(const std::optional<ir::leading>& first, ir::atom_set atoms) {
  return first && has(atoms, first->atom) ? first : std::nullopt;
}
int sign_of(double v) { return v < 0 ? -1 : 1; }

/// A statistic s (as factor^power) made from a reduction of e, and e * s: what e is normalised to.
struct normalised {
  term e{};
  int factor = -1;
  int power = 1;
  int value = -1;
};

class assembler {
 public:
  explicit assembler(algebra& a) : a_(a), b_(a.nodes()) { find_normalised(); }

  std::vector<int> run(const std::vector<terms>& wanted) {
    for (const terms& t : wanted) make(t);  // to see which sums are used, and how
    share_sums();
    made_.clear();
    std::vector<int> nodes;
    for (const terms& t : wanted) nodes.push_back(make(t));
    return nodes;
  }

  const std::vector<normalised>& found() const { return normalised_; }

 private:
  // ---- e * s: a sum of dy * (x - mean) * rstd has the size of dy, one of dy * (x - mean) may overflow ----------------

  void find_normalised() {
    const int size = b_.size();
    for (int i = 0; i < size && a_.is_forward(i); ++i) {
      if (b_.made_of(i) != origin::statistic) continue;
      normalised n{.factor = i};
      if (b_.is(i, "div") && b_.is_constant(b_[i].args[0], 1)) {
        const term under = a_.product_of(i);
        if (under.powers.size() != 1 || under.coefficient != 1) continue;
        n.factor = under.powers.begin()->first;
        n.power = under.powers.begin()->second;
      } else if (!b_.is(i, "rsqrt")) {
        continue;
      }
      std::set<int> reductions;
      nearest_reductions(i, reductions);
      for (int r : reductions) {
        n.e = a_.product_of(b_[r].args[0]);
        n.e.coefficient = 1;
        if (std::all_of(n.e.powers.begin(), n.e.powers.end(), [](const auto& f) { return f.second % 2 == 0; }))
          for (auto& [node, power] : n.e.powers) power /= 2;
        if ((b_[i].varies & ~a_.varies(n.e)) != 0) continue;
        n.value = i;
        for (const auto& [node, power] : n.e.powers)
          for (int k = 0; k < std::abs(power); ++k)
            n.value = simplified(b_, {.op = power > 0 ? "mul" : "div", .args = {n.value, node}});
        normalised_.push_back(n);
      }
    }
  }

  void nearest_reductions(int i, std::set<int>& found) const {
    if (!b_[i].args.empty() && b_[i].over != 0) {
      found.insert(i);
      return;
    }
    for (int arg : b_[i].args) nearest_reductions(arg, found);
  }

  static int power_in(const term& t, int factor) {
    const auto found = t.powers.find(factor);
    return found == t.powers.end() ? 0 : found->second;
  }
  static int times_in(const term& t, const normalised& n) {
    const int power = power_in(t, n.factor);
    return power * n.power > 0 ? power / n.power : 0;
  }
  static int elements_in(const term& t, const normalised& n) {
    int most = 99;
    for (const auto& [node, power] : n.e.powers) most = std::min(most, power_in(t, node) / power);
    return std::max(most, 0);
  }
  static void raise(term& t, int node, int power) {
    if ((t.powers[node] += power) == 0) t.powers.erase(node);
  }
  // How many times more s can be moved to an e, in t or in a sum in t.
  int room(const term& t, const normalised& n) const {
    int all = elements_in(t, n) - times_in(t, n);
    for (const auto& [node, power] : t.powers)
      if (power == 1) all += room_inside(node, n);
    return all;
  }
  int room_inside(int node, const normalised& n) const {
    const deferred* d = a_.find(node);
    if (d == nullptr || d->over == 0 || (b_[n.factor].varies & d->over) != 0) return 0;
    int least = 99;
    for (const term& t : d->inner) least = std::min(least, room(t, n));
    return std::max(least, 0);
  }

  // s * sum(g * e) = sum(g * (e * s))
  term with_normalised(term t) {
    for (const normalised& n : normalised_) {
      while (times_in(t, n) > 0 && elements_in(t, n) > 0) {
        for (const auto& [node, power] : n.e.powers) raise(t, node, -power);
        raise(t, n.factor, -n.power);
        raise(t, n.value, 1);
      }
      for (bool moved = true; moved && times_in(t, n) > 0;) {
        moved = false;
        for (const auto& [node, power] : t.powers) {
          if (power != 1 || room_inside(node, n) == 0) continue;
          deferred d = *a_.find(node);
          d.inner = a_.times(d.inner, term{1, {{n.factor, n.power}}});
          raise(t, node, -1);
          raise(t, n.factor, -n.power);
          raise(t, a_.defer(std::move(d)), 1);
          moved = true;
          break;
        }
      }
    }
    return t;
  }

  // ---- sums ------------------------------------------------------------------------------------------------------------

  // A sum that is also used undivided is not a mean; sums of the same over more axes go on from it.
  void share_sums() {
    for (const int larger : used_)
      for (const int smaller : used_) {
        const deferred &l = *a_.find(larger), &s = *a_.find(smaller);
        if (larger == smaller || l.inner != s.inner || (s.over & ~l.over) != 0 || s.first != within(l.first, s.over))
          continue;
        continued_[larger] = smaller;
        undivided_.insert({larger, smaller});
      }
  }

  int make_sum(int node, bool mean) {
    const deferred d = *a_.find(node);
    used_.insert(node);
    if (!mean) undivided_.insert(node);
    const std::string op = mean ? "mean" : "sum";
    if (const auto from = continued_.find(node); from != continued_.end()) {
      const ir::atom_set left = d.over & ~a_.find(from->second)->over;
      return b_.reduce(op, make_sum(from->second, false), {.op = op, .over = left, .first = within(d.first, left)});
    }
    return b_.reduce(op, make(d.inner), {.op = op, .over = d.over, .first = d.first});
  }

  // sum(a) / n = mean(a)
  bool take_count(term& t, const deferred& d) {
    std::vector<int> counts;
    for (int a = 0; a < static_cast<int>(b_.atoms().size()); ++a)
      if (has(d.over, a)) counts.push_back(b_.count(ir::atom_set{1} << a, within(d.first, ir::atom_set{1} << a)));
    if (std::any_of(counts.begin(), counts.end(), [&](int c) { return power_in(t, c) >= 0; })) return false;
    for (int c : counts) raise(t, c, 1);
    return true;
  }

  // ---- products --------------------------------------------------------------------------------------------------------

  struct factors {
    std::vector<int> up, down;
  };

  int power(int node, int exponent) {
    if (exponent == 1) return node;
    const int square = b_.op("sq", {node});
    if (exponent == 2) return square;
    return exponent % 2 == 0 ? power(square, exponent / 2) : b_.op("mul", {power(square, exponent / 2), node});
  }

  int product(std::vector<int> of) {
    std::stable_sort(of.begin(), of.end(), [&](int l, int r) { return b_.made_of(l) < b_.made_of(r); });
    int made = -1;
    for (int f : of) made = made < 0 ? f : b_.op("mul", {made, f});
    return made;
  }

  int quotient(int up, int down) {
    if (down < 0) return up < 0 ? b_.constant(1) : up;
    return b_.op("div", {up < 0 ? b_.constant(1) : up, down});
  }

  // Factors that vary along the same axes are multiplied first: once a slice instead of once an element.
  int make_product(term t) {
    std::map<ir::atom_set, factors> groups;
    std::vector<int> conditions;
    const auto place = [&](int node, int exponent) {
      factors& to = groups[b_[node].varies];
      if (exponent > 0) return to.up.push_back(power(node, exponent));
      const int inverse = b_.op("div", {b_.constant(1), node});
      if (a_.is_forward(inverse)) to.up.push_back(power(inverse, -exponent));
      else to.down.push_back(power(node, -exponent));
    };
    const std::map<int, int> all = t.powers;
    for (const auto& [node, exponent] : all)
      if (const deferred* d = a_.find(node); d != nullptr && d->over != 0 && exponent == 1) {
        const bool mean = undivided_.count(node) == 0 && take_count(t, *d);
        t.powers.erase(node);
        place(make_sum(node, mean), 1);
      }
    ir::atom_set counted[2] = {0, 0};  // the counts that multiply, and those that divide
    std::optional<ir::leading> part[2];
    for (const auto& [node, exponent] : t.powers) {
      const deferred* d = a_.find(node);
      if (a_.is_condition(node)) conditions.push_back(node);
      else if (const int side = exponent < 0; b_.is(node, "count") && std::abs(exponent) == 1 &&
                                              (counted[side] & b_[node].over) == 0 && !(part[side] && b_[node].first)) {
        counted[side] |= b_[node].over;
        if (b_[node].first) part[side] = b_[node].first;
      } else {
        place(d == nullptr ? node : d->over == 0 ? make(d->inner) : make_sum(node, false), exponent);
      }
    }
    if (counted[0] != 0) groups[0].up.push_back(b_.count(counted[0], part[0]));
    if (counted[1] != 0) groups[0].down.push_back(b_.count(counted[1], part[1]));
    const ir::atom_set everything = (ir::atom_set{1} << b_.atoms().size()) - 1;
    if (t.coefficient != 1)
      groups[groups.empty() || groups.count(0) != 0 ? 0 : smallest(groups)].up.push_back(b_.constant(t.coefficient));
    std::vector<std::pair<ir::atom_set, factors>> ordered(groups.begin(), groups.end());
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& l, const auto& r) { return std::popcount(l.first) < std::popcount(r.first); });
    std::vector<int> rest;
    for (std::size_t g = 0; g + 1 < ordered.size(); ++g) {
      const ir::atom_set along = ordered[g].first;
      const factors& f = ordered[g].second;
      const auto joins = std::find_if(ordered.begin() + static_cast<std::ptrdiff_t>(g) + 1, ordered.end(),
                                      [&](const auto& o) { return (along & ~o.first) == 0 && o.first != everything; });
      if (joins == ordered.end()) {
        rest.push_back(quotient(product(f.up), product(f.down)));
        continue;
      }
      joins->second.up.insert(joins->second.up.end(), f.up.begin(), f.up.end());
      joins->second.down.insert(joins->second.down.end(), f.down.begin(), f.down.end());
    }
    int made = -1;
    if (!ordered.empty()) {
      made = product(ordered.back().second.up);
      for (int r : rest) made = made < 0 ? r : b_.op("mul", {made, r});
      made = quotient(made, product(ordered.back().second.down));
    }
    if (conditions.empty()) return made < 0 ? b_.constant(1) : made;
    const int condition = product(conditions);
    return made < 0 ? condition : b_.op("select", {condition, made, b_.constant(0)});
  }

  static ir::atom_set smallest(const std::map<ir::atom_set, factors>& groups) {
    return std::min_element(
               groups.begin(), groups.end(),
               [](const auto& l, const auto& r) { return std::popcount(l.first) < std::popcount(r.first); })
        ->first;
  }

  // ---- sums of products ------------------------------------------------------------------------------------------------

  // The factor that most terms share, taken out with everything that those terms share: a * s + b * s = (a + b) * s.
  bool factor_out(std::vector<term>& list) {
    std::map<std::pair<int, int>, int> users;
    for (const term& t : list)
      for (const auto& [node, exponent] : t.powers)
        if (!b_.is(node, "count")) ++users[{node, sign_of(exponent)}];
    const auto best =
        std::max_element(users.begin(), users.end(), [](const auto& l, const auto& r) { return l.second < r.second; });
    if (best == users.end() || best->second < 2) return false;
    const auto [factor, sign] = best->first;
    std::vector<term> inside, outside;
    for (const term& t : list) (power_in(t, factor) * sign > 0 ? inside : outside).push_back(t);
    term common{std::fabs(inside[0].coefficient), {}};
    for (const auto& [node, exponent] : inside[0].powers) {
      int least = b_.is(node, "count") ? 0 : std::abs(exponent);
      for (const term& t : inside) least = std::min(least, std::max(power_in(t, node) * sign_of(exponent), 0));
      if (least != 0) common.powers[node] = least * sign_of(exponent);
    }
    if (std::any_of(inside.begin(), inside.end(),
                    [&](const term& t) { return std::fabs(t.coefficient) != common.coefficient; }))
      common.coefficient = 1;
    if (std::all_of(inside.begin(), inside.end(), [](const term& t) { return t.coefficient < 0; }))
      common.coefficient = -common.coefficient;
    for (term& t : inside) {
      t.coefficient /= common.coefficient;
      for (const auto& [node, exponent] : common.powers)
        if (!a_.is_condition(node)) raise(t, node, -exponent);
        else t.powers.erase(node);
    }
    ++common.powers[make_terms(std::move(inside))];
    list = std::move(outside);
    list.push_back(std::move(common));
    return true;
  }

  int make_terms(std::vector<term> list) {
    while (list.size() > 1 && factor_out(list)) {
    }
    // What is added before what is taken away, whole elements before statistics.
    std::vector<std::pair<int, int>> made;  // sign, node
    const bool negative = std::all_of(list.begin(), list.end(), [](const term& t) { return t.coefficient < 0; });
    for (std::size_t i = 0; i < list.size(); ++i) {
      term t = list[i];
      const int sign = sign_of(t.coefficient);
      if (!(negative && i == 0)) t.coefficient = std::fabs(t.coefficient);
      made.emplace_back(negative && i == 0 ? 1 : sign, make_product(t));
    }
    std::stable_sort(made.begin(), made.end(), [&](const auto& l, const auto& r) {
      return std::pair(-l.first, b_.made_of(l.second)) < std::pair(-r.first, b_.made_of(r.second));
    });
    int sum = made[0].second;
    for (std::size_t i = 1; i < made.size(); ++i) sum = b_.op(made[i].first > 0 ? "add" : "sub", {sum, made[i].second});
    return sum;
  }

  int make(const terms& of) {
    terms sorted;
    for (const term& t : of) algebra::add(sorted, with_normalised(t));
    if (sorted.empty()) return b_.constant(0);
    std::sort(sorted.begin(), sorted.end());
    if (const auto known = made_.find(sorted); known != made_.end()) return known->second;
    const int node = make_terms(sorted);
    return made_[sorted] = node;
  }

  algebra& a_;
  builder& b_;
  std::vector<normalised> normalised_;
  std::map<terms, int> made_;
  std::set<int> used_, undivided_;
  std::map<int, int> continued_;
};

}  // namespace

assembled assemble(algebra& a, const std::vector<terms>& wanted) {
  assembler all(a);
  assembled made{all.run(wanted), {}};
  for (const normalised& n : all.found()) made.normalised.insert(n.value);
  return made;
}

}  // namespace normfold::gen
