// Chooses loops and sweeps for a graph. Strategies are properties of the nest, never of a norm.
#include "plan.hpp"

#include <algorithm>
#include <cctype>

#include "normfold/dsl/nest.hpp"
#include "ops.hpp"

namespace normfold::gen {

using ir::has;

namespace {

constexpr std::size_t max_atoms = 16;

std::size_t index(int i) { return static_cast<std::size_t>(i); }

std::string identifier(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty() && (name.size() > 1 || std::isdigit(static_cast<unsigned char>(name[0])))) out += '_';
    for (char c : name)
      out += std::isalnum(static_cast<unsigned char>(c))
                 ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
                 : '_';
  }
  return out;
}

// Bit by bit: what each tensor, parameter, statistic and reduction does along an atom.
std::vector<ir::atom_set> roles_of_everything(const ir::graph& g) {
  std::vector<ir::atom_set> roles;
  const auto note = [&](ir::atom_set s) {
    if (std::find(roles.begin(), roles.end(), s) == roles.end()) roles.push_back(s);
  };
  for (const ir::node& n : g.nodes) {
    const bool leaf = is_leaf(n.op) && n.op != "count" && n.op != "constant";
    if (leaf || is_reduction(n.op)) note(n.varies);
    if (is_reduction(n.op) || n.op == "count") note(n.over);
  }
  for (const ir::named_node& n : g.names) note(g.nodes[index(n.node)].varies);
  return roles;
}

// `gap(i)` counts the loops left out before entry i: what is not adjacent in memory does not merge.
template <class Never, class Gap>
loops<max_atoms> merge(std::size_t size, const std::vector<ir::atom_set>& sets, const std::vector<int>& order,
                       Never never, Gap gap) {
  std::array<std::uint64_t, max_atoms> roles{};
  for (std::size_t i = 0; i < max_atoms; ++i) {
    roles[i] = never_merge;
    if (i >= size) continue;
    roles[i] = never(order[i]) ? never_merge : 0;
    for (std::size_t s = 0; s < sets.size(); ++s)
      if (has(sets[s], order[i])) roles[i] |= std::uint64_t{1} << s;
    roles[i] |= static_cast<std::uint64_t>(gap(i)) << 48;
  }
  return merge_loops(roles);
}

ir::graph over_loops(const ir::graph& g, const std::vector<loop>& loops) {
  const auto moved = [&](ir::atom_set set) {
    ir::atom_set to = 0;
    for (std::size_t l = 0; l < loops.size(); ++l)
      if (has(set, loops[l].atoms[0])) to |= ir::atom_set{1} << l;
    return to;
  };
  ir::graph out = g;
  for (ir::node& n : out.nodes) {
    n.varies = moved(n.varies);
    n.over = moved(n.over);
    if (n.first)
      for (std::size_t l = 0; l < loops.size(); ++l)
        if (loops[l].atoms[0] == n.first->atom) {
          n.first->atom = static_cast<int>(l);
          break;
        }
  }
  out.atoms.clear();
  for (const loop& l : loops) {
    std::string name;
    for (int a : l.atoms) name += (name.empty() ? "" : "*") + g.atoms[index(a)].name;
    out.atoms.push_back({.axis = -1, .which = ir::part::whole, .name = name});
  }
  return out;
}

std::vector<repair> find_repairs(const ir::graph& g) {
  std::vector<repair> found;
  const auto at = [&](int i) -> const ir::node& { return g.nodes[index(i)]; };
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    const ir::node& n = g.nodes[i];  // max(mean(sq(v - pivot)) - sq(shift), 0)
    if (n.op != "max" || at(n.args[0]).op != "sub") continue;
    const ir::node& difference = at(n.args[0]);
    const ir::node& squares = at(difference.args[0]);
    if (at(difference.args[1]).op != "sq" || squares.op != "mean" || at(squares.args[0]).op != "sq") continue;
    const ir::node& near = at(at(squares.args[0]).args[0]);
    if (near.op != "sub" || at(near.args[1]).op != "pivot") continue;
    found.push_back({near.args[1], at(difference.args[1]).args[0], static_cast<int>(i)});
  }
  return found;
}

}  // namespace

std::vector<int> stages(const ir::graph& g) {
  std::vector<int> stage(g.nodes.size(), 0);
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    if (is_leaf(g.nodes[i].op)) continue;  // `scale` names what it would follow from, and follows nothing
    for (int a : g.nodes[i].args) stage[i] = std::max(stage[i], stage[index(a)]);
    if (is_reduction(g.nodes[i].op)) ++stage[i];
  }
  return stage;
}

namespace {

bool is_resident(const plan& p) {
  const ir::atom_set all = p.all_loops();
  ir::atom_set over = 0;
  for (const ir::node& n : p.g.nodes) {
    if (!is_reduction(n.op)) continue;
    if (p.at(n.args[0]).varies != all || (over != 0 && n.over != over)) return false;
    over = n.over;
  }
  for (const ir::named_node& n : p.g.names)  // what is written once a slice
    if (n.what != ir::role::label && p.at(n.node).varies != all && (p.at(n.node).varies & over) != 0) return false;
  return over != 0 && has(over, static_cast<int>(p.loops.size()) - 1);
}

bool holds(const pass& q, int node) { return std::find(q.nodes.begin(), q.nodes.end(), node) != q.nodes.end(); }
bool is_extreme(const plan& p, int node) { return holds(p.extremes.largest, node) || holds(p.extremes.columns, node); }

rescue find_extremes(const plan& p) {
  rescue found;
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i) {
    const ir::node& n = p.g.nodes[i];
    if (n.op == "scale") {
      const ir::node& absmax = p.at(n.args[0]);
      found.scale = static_cast<int>(i);
      found.largest = {.reduces = true,
                       .nodes = n.args,
                       .loops = absmax.varies | absmax.over,
                       .over = absmax.over,
                       .first = absmax.first,
                       .repairs = {}};
      if (const ir::node& column = p.at(absmax.args[0]); column.op == "absmax") {
        found.columns = {.reduces = true,
                         .nodes = {},
                         .loops = column.varies | column.over,
                         .over = column.over,
                         .first = {},
                         .repairs = {}};
        for (int a : n.args) found.columns.nodes.push_back(p.at(a).args[0]);
      }
    }
  }
  if (found.scale < 0) return found;
  for (const ir::node& n : p.g.nodes)
    if ((n.op == "sqrt" || n.op == "rsqrt") && n.varies == p.at(found.scale).varies &&
        std::find(found.in_range.begin(), found.in_range.end(), n.args[0]) == found.in_range.end())
      found.in_range.push_back(n.args[0]);
  return found;
}

// What follows from given statistics alone, costs a product, a root or a division, and is the same for every row of columns.
std::vector<char> follows_from_given(const plan& p) {
  std::vector<char> given(p.g.nodes.size(), 0), costly(p.g.nodes.size(), 0);
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i) {
    const ir::node& n = p.g.nodes[i];
    given[i] = n.op == "given";
    costly[i] = n.op == "rsqrt" || n.op == "sqrt" || n.op == "div" || n.op == "mul";
    for (int a : n.args) {
      given[i] = given[i] != 0 || given[index(a)] != 0;
      costly[i] = costly[i] != 0 || costly[index(a)] != 0;
    }
  }
  for (std::size_t i = 0; i < given.size(); ++i)
    given[i] = given[i] != 0 && costly[i] != 0 && has(p.g.nodes[i].varies, static_cast<int>(p.loops.size()) - 1);
  return given;
}

// phased: reductions, and statistics that something read along more loops, or a caller, wants.
std::vector<int> find_arrays(const plan& p, const std::vector<int>& stage) {
  std::vector<char> wanted(p.g.nodes.size(), 0);
  for (int i : p.extremes.in_range) wanted[index(i)] = 1;
  for (const ir::node& n : p.g.nodes)
    for (int a : n.args)
      if (p.at(a).varies != n.varies || is_reduction(n.op)) wanted[index(a)] = 1;
  std::vector<int> arrays;
  const std::vector<char> given = follows_from_given(p);
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i) {
    const ir::node& n = p.g.nodes[i];
    const bool statistic = (stage[i] > 0 || given[i] != 0 || n.op == "spread") && n.varies != p.all_loops();
    if ((is_reduction(n.op) && !holds(p.extremes.largest, static_cast<int>(i))) || (statistic && wanted[i] != 0))
      arrays.push_back(static_cast<int>(i));
  }
  return arrays;
}

// resident: how slices lie. The innermost kept loop is that of neighbours.
void find_neighbours(plan& p) {
  ir::atom_set over = 0;
  for (const pass& q : p.passes) over |= q.over;
  int kept = static_cast<int>(p.loops.size()) - 1;
  while (kept >= 0 && has(over, kept)) --kept;
  p.apart = kept >= 0 && (over & ((ir::atom_set{1} << kept) - 1)) != 0;
  if (!p.strided) p.together = kept;
}

void add_passes(plan& p) {
  const std::vector<int> stage = stages(p.g);
  const std::vector<repair> repairs = find_repairs(p.g);
  if (p.how == shape::phased) p.arrays = find_arrays(p, stage);
  const int last = p.g.nodes.empty() ? 0 : *std::max_element(stage.begin(), stage.end());
  for (int s = 0; s <= last; ++s) {
    for (std::size_t i = 0; i < p.g.nodes.size(); ++i) {
      const ir::node& n = p.g.nodes[i];
      if (stage[i] != s || !is_reduction(n.op) || is_extreme(p, static_cast<int>(i))) continue;
      const ir::atom_set over_all = n.varies | n.over;
      auto fits = std::find_if(p.passes.begin(), p.passes.end(), [&](const pass& q) {
        return q.reduces && stage[index(q.nodes[0])] == s && q.loops == over_all && q.over == n.over &&
               q.first == n.first && q.pivots == (n.op == "pivot") && q.nodes.size() < 4;
      });
      if (fits == p.passes.end())
        fits = p.passes.insert(fits, pass{.reduces = true,
                                          .pivots = n.op == "pivot",
                                          .nodes = {},
                                          .loops = over_all,
                                          .over = n.over,
                                          .first = n.first,
                                          .repairs = {}});
      fits->nodes.push_back(static_cast<int>(i));
    }
    for (pass& q : p.passes)
      for (const repair& r : repairs)
        if (q.reduces && stage[index(q.nodes[0])] == s &&
            std::find(q.nodes.begin(), q.nodes.end(), r.shift) != q.nodes.end())
          q.repairs.push_back(r);
    if (p.how == shape::resident) continue;
    for (int i : p.arrays) {  // statistics of this stage, computed from the sums just taken
      const ir::node& n = p.at(i);
      if (stage[index(i)] != s || is_reduction(n.op)) continue;
      auto fits = std::find_if(p.passes.begin(), p.passes.end(), [&](const pass& q) {
        return !q.reduces && stage[index(q.nodes[0])] == s && q.loops == n.varies;
      });
      if (fits == p.passes.end())
        fits = p.passes.insert(fits, pass{.nodes = {}, .loops = n.varies, .first = {}, .repairs = {}});
      fits->nodes.push_back(i);
    }
  }
  p.first_output = p.passes.size();
  // What callers get: in one sweep over everything where resident, else one sweep for each set of loops.
  for (const ir::named_node& n : p.g.names) {
    if (n.what == ir::role::label) continue;
    const ir::atom_set along = p.how == shape::resident ? p.all_loops() : p.at(n.node).varies;
    auto fits = std::find_if(p.passes.begin() + static_cast<std::ptrdiff_t>(p.first_output), p.passes.end(),
                             [&](const pass& q) { return q.loops == along; });
    if (fits == p.passes.end())
      fits = p.passes.insert(fits, pass{.nodes = {}, .loops = along, .first = {}, .repairs = {}});
    if (std::find(fits->nodes.begin(), fits->nodes.end(), n.node) == fits->nodes.end()) fits->nodes.push_back(n.node);
  }
}

}  // namespace

plan make_plan(const ir::graph& g, const std::vector<int>& order, bool strided) {
  plan p;
  p.strided = strided;
  const auto alone = [&](int atom) {
    return strided || std::any_of(g.nodes.begin(), g.nodes.end(),
                                  [&](const ir::node& n) { return n.first && n.first->atom == atom; });
  };
  const loops<max_atoms> nest =
      merge(order.size(), roles_of_everything(g), order, alone, [](std::size_t) { return 0; });
  for (int l = 0; l < nest.size && index(nest.first[index(l)]) < order.size(); ++l) {
    loop made;
    std::vector<std::string> names;
    for (int a = 0; a < nest.count[index(l)]; ++a) {
      made.atoms.push_back(order[index(nest.first[index(l)] + a)]);
      names.push_back(g.atoms[index(made.atoms.back())].name);
    }
    made.name = identifier(names);
    p.loops.push_back(std::move(made));
  }
  p.g = over_loops(g, p.loops);
  p.extremes = find_extremes(p);
  p.how = is_resident(p) ? shape::resident : shape::phased;
  add_passes(p);
  if (p.how == shape::phased) slice(p);
  else find_neighbours(p);
  return p;
}

std::vector<group> merged(const plan& p, ir::atom_set set, ir::atom_set over, const std::optional<ir::leading>& first,
                          const std::vector<ir::atom_set>& leaves) {
  std::vector<int> order;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(set, static_cast<int>(l))) order.push_back(static_cast<int>(l));
  std::vector<ir::atom_set> sets = leaves;
  sets.push_back(over);
  const auto alone = [&](int l) { return p.strided || (first && first->atom == l); };
  const loops<max_atoms> nest =
      merge(order.size(), sets, order, alone, [&](std::size_t i) { return order[i] - static_cast<int>(i); });
  std::vector<group> groups;
  for (int i = 0; i < nest.size && index(nest.first[index(i)]) < order.size(); ++i) {
    group made;
    for (int l = 0; l < nest.count[index(i)]; ++l) made.loops.push_back(order[index(nest.first[index(i)] + l)]);
    made.reduced = has(over, made.loops[0]);
    made.leading = first && first->atom == made.loops[0];
    groups.push_back(std::move(made));
  }
  return groups;
}

std::string nest_text(const plan& p) {
  ir::atom_set over = 0;
  for (const pass& q : p.passes) over |= q.over;
  std::string out;
  for (std::size_t l = 0; l < p.loops.size(); ++l) {
    const bool reduced = has(over, static_cast<int>(l));
    out += (out.empty() ? "[" : " [") + std::string(reduced ? "reduce " : "keep ") + p.g.atoms[l].name + "]";
  }
  return out;
}

}  // namespace normfold::gen
