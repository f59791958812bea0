// Extents for trials, and where an element stands among some of the axes.
#include "shapes.hpp"

#include "ops.hpp"

namespace normfold::kernel_tests {
namespace {

// Sets axis `a` to `length` elements; where it is split, to `groups` groups of `length`.
void set_axis(oracle::sizes& to, const ir::graph& g, std::size_t a, std::size_t length, std::size_t groups) {
  std::size_t parts = 1;
  for (const ir::atom& atom : g.atoms) {
    if (atom.axis != static_cast<int>(a) || atom.which != ir::part::group) continue;
    parts = atom.extent != 0 ? atom.extent : groups;
    if (atom.extent == 0) to[atom.name] = groups;
  }
  if (g.axes[a].extent == 0) to[g.axes[a].name] = length * parts;
}

bool is_free(const ir::graph& g, std::size_t a) { return g.axes[a].extent == 0; }

}  // namespace

const std::vector<std::size_t>& all_lengths() {
  static const std::vector<std::size_t> lengths{1,  2,  3,  4,  5,  7,  8,   9,   13,  15,   16,  17,
                                                31, 32, 33, 61, 64, 65, 127, 129, 257, 1009, 4096};
  return lengths;
}

const std::vector<std::size_t>& few_lengths() {
  static const std::vector<std::size_t> lengths{1, 4, 17, 67};
  return lengths;
}

oracle::sizes shape(const ir::graph& g, std::size_t inner, std::size_t outer) {
  oracle::sizes made;
  for (std::size_t a = 0; a < g.axes.size(); ++a) set_axis(made, g, a, a + 1 == g.axes.size() ? inner : outer + a, 3);
  return made;
}

std::vector<oracle::sizes> shapes(const ir::graph& g, const std::vector<std::size_t>& lengths) {
  std::vector<oracle::sizes> result;
  for (std::size_t swept = 0; swept < g.axes.size(); ++swept) {
    if (!is_free(g, swept)) continue;
    for (const std::size_t length : lengths) {
      oracle::sizes made;
      for (std::size_t a = 0; a < g.axes.size(); ++a) {
        const std::size_t other = length > 256 ? 1 + a % 2 : 2 + (a + swept) % 3;
        set_axis(made, g, a, a == swept ? length : other, length > 256 ? 1 : 2 + length % 2);
      }
      result.push_back(std::move(made));
    }
  }
  result.push_back(
      shape(g, 129, 5));  // slices of several long rows, some of them beyond the groups of rows swept together
  return result;
}

std::vector<ir::node> reductions(const ir::graph& g, const normfold_function& f) {
  const std::string direction = f.direction;
  const bool train = direction != "infer" && direction != "backward_frozen";
  std::vector<bool> needed(g.nodes.size()), given(g.nodes.size());
  for (const ir::named_node& n : g.names) {
    const auto i = static_cast<std::size_t>(n.node);
    if (n.what == ir::role::kept && !train) given[i] = true;
    if (n.what == ir::role::output || train) needed[i] = true;
  }
  std::vector<ir::node> result;
  for (std::size_t i = g.nodes.size(); i-- > 0;) {
    if (!needed[i] || given[i]) continue;
    for (const int a : g.nodes[i].args) needed[static_cast<std::size_t>(a)] = true;
    if (gen::is_reduction(g.nodes[i].op)) result.insert(result.begin(), g.nodes[i]);
  }
  return result;
}

ir::atom_set reduced_atoms(const ir::graph& g, const normfold_function& f) {
  ir::atom_set result = 0;
  for (const ir::node& n : reductions(g, f)) result |= n.over;
  return result;
}

std::size_t index_along(ir::atom_set part, ir::atom_set atoms, std::size_t index,
                        const std::vector<std::size_t>& extents) {
  std::size_t result = 0, stride = 1;
  for (std::size_t a = extents.size(); a-- > 0;) {
    if ((atoms >> a & 1) == 0) continue;
    if ((part >> a & 1) != 0) {
      result += index % extents[a] * stride;
      stride *= extents[a];
    }
    index /= extents[a];
  }
  return result;
}

ir::atom_set set_of(const std::vector<int>& atoms) {
  ir::atom_set result = 0;
  for (const int a : atoms) result |= ir::atom_set{1} << a;
  return result;
}

bool has_one_element(const trial& t) {
  if (!t.graph.running || t.graph.running->biased || !t.is_train()) return false;
  const std::vector<std::size_t> extents = oracle::atom_extents(t.graph, t.extents);
  const auto at = [&t](int i) -> const ir::node& { return t.graph.nodes[static_cast<std::size_t>(i)]; };
  for (const ir::named_node& n : t.graph.names) {
    const ir::node& mean = at(n.node);
    const bool variance = n.what == ir::role::kept && mean.op == "mean" && at(mean.args[0]).op == "sq" &&
                          oracle::is_centred(t.graph, at(mean.args[0]).args[0], mean.over);
    if (variance && oracle::elements(mean.over, extents) == 1) return true;
  }
  return false;
}

}  // namespace normfold::kernel_tests
