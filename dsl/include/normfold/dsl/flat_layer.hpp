// Questions about a layer in its flat form: which axes, which are split, what a term varies along.
// Checks, nests and lowering ask them, the first two while the user's program compiles.
#pragma once

#include "term.hpp"

namespace normfold::detail {

/// A whole layer, flat: its head `layer<"...">(...)`, then a view a step.
struct flat_layer {
  const flat_view* data = nullptr;
  int size = 0;

  constexpr const flat_view& operator[](int i) const { return data[i]; }
  constexpr const flat_view& head() const { return data[0]; }
  constexpr const flat_view& last() const { return data[size - 1]; }
  constexpr const flat_view* begin() const { return data; }
  constexpr const flat_view* end() const { return data + size; }
};

constexpr int axis_count(const flat_layer& layer) { return layer.head().head().children; }

constexpr int axis_index(const flat_layer& layer, std::string_view name) {
  for (int i = 0; i < axis_count(layer); ++i) {
    if (layer.head()[i].text == name) return i;
  }
  return -1;
}

constexpr const term* find_split(const flat_layer& layer, std::string_view axis) {
  for (const flat_view& step : layer) {
    for (const term& each : step) {
      if (each.is == kind::split && each.text == axis) return &each;
    }
  }
  return nullptr;
}
constexpr bool is_split(const flat_layer& layer, std::string_view axis) { return find_split(layer, axis) != nullptr; }
constexpr std::uint64_t groups_of(const flat_layer& layer, std::string_view axis) {
  const term* split = find_split(layer, axis);
  return split == nullptr ? 0 : split->count;
}

/// The step's formula, without the words that made it.
constexpr flat_view formula_of(const flat_view& step) { return step.child(0); }

/// The last over in the pipe before a step, or -1.
constexpr int scope_of(const flat_layer& layer, int step) {
  for (int i = step; i > 0; --i) {
    if (layer[i].head().is == kind::over) return i;
  }
  return -1;
}

/// Two bits an axis: 2i for its groups and 2i + 1 for the members. An axis that is not split has both or neither.
using halves = std::uint32_t;
constexpr halves both_halves(int axis) { return halves{3} << (2 * axis); }
constexpr halves member_half(int axis) { return halves{2} << (2 * axis); }
constexpr halves all_halves(const flat_layer& layer) {
  return static_cast<halves>((std::uint64_t{1} << (2 * axis_count(layer))) - 1);
}

/// What an over reduces.
constexpr halves reduced_by(const flat_layer& layer, const flat_view& over) {
  halves found = 0;
  for (const term& each : over) {
    if (each.is == kind::axis) found |= both_halves(axis_index(layer, each.text));
    if (each.is == kind::split) found |= member_half(axis_index(layer, each.text));
  }
  return found;
}

/// The over of a reduction, its own or the pipe's.
constexpr flat_view over_of(const flat_layer& layer, int step, const flat_view& reduction) {
  return reduction.head().children == 2 ? reduction.child(1) : layer[scope_of(layer, step)];
}

/// What a value in the formula of a step varies along.
constexpr halves varies_along(const flat_layer& layer, int step, const flat_view& tree) {
  const term& head = tree.head();
  halves found = 0;
  switch (head.is) {
    case kind::current:
    case kind::operand: return all_halves(layer);
    case kind::parameter:
      for (int i = 0; i < head.children; ++i) found |= both_halves(axis_index(layer, tree[i].text));
      return found;
    case kind::reduction:
      return varies_along(layer, step, tree.child(0)) & ~reduced_by(layer, over_of(layer, step, tree));
    case kind::elementwise:
    case kind::name:
    case kind::kept:
      for (int i = 0; i < head.children; ++i) found |= varies_along(layer, step, tree.child(i));
      return found;
    default: return found;
  }
}

}  // namespace normfold::detail
