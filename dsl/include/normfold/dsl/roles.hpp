// The loop nests of a layer, found while it compiles: `reduction_nest<Layer, 0>` for its first reduction, in the order
// of the pipe, and `apply_nest<Layer>` for the loops that write y. A role says which values vary along an axis.
#pragma once

#include <boost/hana/range.hpp>

#include "layer.hpp"
#include "nest.hpp"

namespace normfold {
namespace detail {

/// One loop variable before merging: an axis, or the groups or the members of a split one.
struct atom_of_layer {
  int axis = 0;
  halves mask = 0;
};

/// All values that tell loops apart, as classes of atoms: two atoms have one role while no value separates them.
struct role_table {
  std::array<atom_of_layer, most_atoms> atoms{};
  std::array<std::uint64_t, most_atoms> roles{};
  int size = 0;

  constexpr void add(int axis, halves mask) { atoms[static_cast<std::size_t>(size++)] = {axis, mask}; }

  /// Separates the atoms along which a value varies from the others.
  constexpr void tell_apart(halves varies) {
    for (int i = 0; i < size; ++i) {
      const auto at = static_cast<std::size_t>(i);
      roles[at] = 2 * roles[at] + ((atoms[at].mask & varies) != 0 ? 1 : 0);
    }
    std::array<std::uint64_t, most_atoms> classes{};
    for (int i = 0; i < size; ++i) {
      int same = 0;
      while (roles[static_cast<std::size_t>(same)] != roles[static_cast<std::size_t>(i)]) ++same;
      classes[static_cast<std::size_t>(i)] = static_cast<std::uint64_t>(same);
    }
    roles = classes;
  }
};

/// The atoms along which a value varies, in the layer's order.
constexpr role_table atoms_along(const flat_layer& layer, halves varies) {
  role_table found;
  for (int i = 0; i < axis_count(layer); ++i) {
    const halves both = both_halves(i);
    if (!is_split(layer, layer.head()[i].text)) {
      if ((varies & both) != 0) found.add(i, both);
      continue;
    }
    const halves groups = both & ~member_half(i);
    if ((varies & groups) != 0) found.add(i, groups);
    if ((varies & member_half(i)) != 0) found.add(i, member_half(i));
  }
  return found;
}

/// Tells apart by the parameters and statistics of a value, and of the steps before it where it holds x.
constexpr void tell_apart_by(role_table& table, const flat_layer& layer, int step, const flat_view& tree) {
  const term& head = tree.head();
  if (head.is == kind::parameter || head.is == kind::reduction) {
    table.tell_apart(varies_along(layer, step, tree));
  } else if (head.is == kind::current) {
    for (int k = step - 1; k > 0; --k) {
      if (layer[k].head().is != kind::step) continue;
      tell_apart_by(table, layer, k, formula_of(layer[k]));
      return;
    }
  } else {
    for (int i = 0; i < head.children; ++i) tell_apart_by(table, layer, step, tree.child(i));
  }
}

/// The last step that is a formula, whose value is y.
constexpr int last_formula(const flat_layer& layer) {
  int step = layer.size - 1;
  while (layer[step].head().is != kind::step) --step;
  return step;
}

constexpr role_table apply_roles(const flat_layer& layer) {
  role_table table = atoms_along(layer, all_halves(layer));
  const int step = last_formula(layer);
  tell_apart_by(table, layer, step, formula_of(layer[step]));
  return table;
}

constexpr role_table reduction_roles(const flat_layer& layer, int which) {
  for (int step = 1; step < layer.size; ++step) {
    if (layer[step].head().is != kind::step) continue;
    const flat_view formula = formula_of(layer[step]);
    for (int i = 0; i < formula.size; ++i) {
      if (formula[i].is != kind::reduction || which-- > 0) continue;
      const flat_view operand = formula.tree(i).child(0);
      role_table table = atoms_along(layer, varies_along(layer, step, operand));
      table.tell_apart(reduced_by(layer, over_of(layer, step, formula.tree(i))));
      tell_apart_by(table, layer, step, operand);
      return table;
    }
  }
  return {};
}

/// Hana makes the array of exactly the atoms there are; the plain function merges it.
template <int Size>
constexpr auto merge(const role_table& table) {
  return hana::unpack(hana::range_c<int, 0, Size>, [&table](auto... i) {
    return merge_loops(std::array<std::uint64_t, static_cast<std::size_t>(Size)>{
        table.roles[static_cast<std::size_t>(decltype(i)::value)]...});
  });
}

template <class Layer>
inline constexpr flat_layer structure_of_layer{};
template <class... Steps>
inline constexpr flat_layer structure_of_layer<layer_<Steps...>> = structure_layer<Steps...>;

template <class Layer>
inline constexpr role_table apply_roles_of = apply_roles(structure_of_layer<Layer>);
template <class Layer, int Which>
inline constexpr role_table reduction_roles_of = reduction_roles(structure_of_layer<Layer>, Which);

}  // namespace detail

/// The loops that write y: one where neither a statistic nor a parameter begins or ends.
template <class Layer>
inline constexpr auto apply_nest = detail::merge<detail::apply_roles_of<Layer>.size>(detail::apply_roles_of<Layer>);

/// The loops of one reduction, over the axes along which its operand varies.
template <class Layer, int Which>
inline constexpr auto reduction_nest =
    detail::merge<detail::reduction_roles_of<Layer, Which>.size>(detail::reduction_roles_of<Layer, Which>);

}  // namespace normfold
