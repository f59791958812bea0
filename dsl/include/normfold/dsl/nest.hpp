// One rule makes every loop nest: neighbouring axes with the same role are one loop. The language uses it while a layer
// compiles, the generators when they plan, on the same plain array. It needs nothing else of the language.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace normfold {

/// A role with this bit keeps its axis a loop of its own.
inline constexpr std::uint64_t never_merge = std::uint64_t{1} << 63;

/// Loop i runs over `count[i]` neighbouring axes from `first[i]` on, outermost first; there are `size` loops.
template <std::size_t A>
struct loops {
  std::array<int, A> first{};
  std::array<int, A> count{};
  int size = 0;
};

/// Groups axes into loops. A role says, bit by bit, what happens along an axis: it is reduced, a parameter varies.
template <std::size_t A>
constexpr loops<A> merge_loops(const std::array<std::uint64_t, A>& roles) {
  loops<A> found;
  for (std::size_t i = 0; i < A; ++i) {
    const bool joins = i > 0 && roles[i] == roles[i - 1] && (roles[i] & never_merge) == 0;
    if (!joins) found.first[static_cast<std::size_t>(found.size++)] = static_cast<int>(i);
    ++found.count[static_cast<std::size_t>(found.size - 1)];
  }
  return found;
}

}  // namespace normfold
