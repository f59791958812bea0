// The flat form of everything that is written in the language: a list in postfix order, children before their head.
// Types hold the structure and write themselves into it. Checks, describe(), nests and lowering read only this list.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace normfold::detail {

/// What a C++ type stands for in the language; a type says so by its member `normfold_is`.
enum class what : std::uint8_t {
  number,
  other,
  expression,
  comparison,
  axis,
  sized_axis,
  split,
  percent,
  first,
  over,
  word,
  step,
  option,
  layer,
  invalid
};

template <class Type>
consteval what find_what() {
  if constexpr (requires { Type::normfold_is; }) {
    return Type::normfold_is;
  } else {
    return std::is_arithmetic_v<Type> ? what::number : what::other;
  }
}
template <class Type>
inline constexpr what what_is = find_what<Type>();

enum class kind : std::uint8_t {
  current,      ///< x, the value that reaches the step
  constant,     ///< value
  parameter,    ///< text: its name; children: its axes
  operand,      ///< text: its name
  elementwise,  ///< text: the op; children: its arguments
  reduction,    ///< text: the op; children: its argument and, with axes of its own, an over
  name,         ///< text: the name of a statistic; group: "quiet" where a word of the language gave it; one child
  kept,         ///< text: the name under which `running` keeps the reduction; one child
  axis,         ///< text: its name; count: its extent, 0 where free
  split,        ///< text: the axis; group: the name of the number of groups, or empty and count is that number
  first,        ///< value: percent, or 0 and count is the number of elements; one child, an axis or a split
  over,         ///< children: axes, splits, firsts
  call,         ///< text: the word, empty for a lambda; children: what stood in its brackets; count: 1 with brackets
  option,       ///< text: its name; value; group: the word around the value, "outside" or empty
  step,         ///< two children: the formula and the call
  output,       ///< text: its name
  running,      ///< text: momentum, keep or average; value: the rate; group: "biased" or empty
  layer         ///< text: its name; children: its axes
};

struct term {
  kind is = kind::constant;
  std::string_view text{};
  std::string_view group{};
  double value = 0;
  std::uint64_t count = 0;
  int children = 0;
  int size = 1;  ///< terms of this subtree, its head included
};

/// Writes the head of a subtree whose children were written from `begin` on.
constexpr void close(term*& out, const term* begin, term head) {
  head.size = static_cast<int>(out - begin) + 1;
  *out++ = head;
}

/// One step of a layer, flat. The head is the last term.
struct flat_view {
  const term* data = nullptr;
  int size = 0;

  constexpr const term& operator[](int i) const { return data[i]; }
  constexpr const term& head() const { return data[size - 1]; }
  constexpr const term* begin() const { return data; }
  constexpr const term* end() const { return data + size; }

  /// The subtree whose head is term i, and child number `which` of that head.
  constexpr flat_view tree(int i) const { return {data + i + 1 - data[i].size, data[i].size}; }
  constexpr flat_view child(int which) const {
    int at = size - 2;
    for (int left = head().children - 1; left > which; --left) at -= data[at].size;
    return tree(at);
  }
};

template <class Type>
constexpr auto flatten(const Type& written) {
  std::array<term, static_cast<std::size_t>(Type::terms)> list{};
  term* out = list.data();
  written.write(out);
  return list;
}

/// The structure alone: all numbers are zero, since they live in values.
template <class Type>
inline constexpr auto structure_of = flatten(Type{});
template <class Type>
inline constexpr flat_view structure_view{structure_of<Type>.data(), Type::terms};

}  // namespace normfold::detail
