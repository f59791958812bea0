// The op table: one row an op. To add an elementwise op, add one row in ops.cpp and one text in each backend's column;
// a reduction's row says its identity and how two partial results merge. A test holds table and columns together.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace normfold::gen {

enum class op_kind { leaf, elementwise, reduction };

class value;
struct applied;

/// The derivative of an op's result with respect to one argument, written with value.hpp.
using partial = value (*)(const applied&);

struct op_row {
  std::string_view name;
  op_kind kind = op_kind::elementwise;
  int arity = 1;
  bool commutes = false;
  /// Value of the op in extended precision, the oracle's meaning. Reductions: the merge of two partial results.
  long double (*reference)(const long double*) = nullptr;
  /// How a formula prints it: {0}, {1}, {2} are the arguments.
  std::string_view text;
  /// One for each argument; null where there is none to speak of (comparisons, `round`): no gradient flows there.
  /// Reductions: with respect to each element.
  std::array<partial, 3> derivative{};
  /// Reductions: where a fold starts (0, -inf, inf). `mean` is a sum divided by the number of elements.
  long double identity = 0;
};

/// All rows, in the order of ops.cpp.
std::span<const op_row> all_ops();

/// The row of `name`. Throws std::logic_error (a defect of the generator) where there is none.
const op_row& find_op(std::string_view name);

bool is_reduction(std::string_view op);
bool is_leaf(std::string_view op);

}  // namespace normfold::gen
