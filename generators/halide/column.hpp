// The op table's Halide column: what each op is called in generated algorithms.
#pragma once

#include <string_view>

#include "../text.hpp"

namespace normfold::gen::halide {

/// Text for an elementwise op on Exprs, {0}, {1}, {2} its arguments. Empty where the column lacks the op.
std::string_view elementwise_text(std::string_view op);

/// Prints the functions that those texts call and Halide lacks.
void print_functions(writer& out);

/// How tightly that text binds: 1 for sums, 2 for products, 3 for calls.
int precedence(std::string_view op);

/// How a fold starts, what it takes of an element {0}, and how two partial results merge: plus, or a function's name.
struct fold_text {
  std::string_view op, start, term, merge;
};
const fold_text* find_fold(std::string_view op);

}  // namespace normfold::gen::halide
