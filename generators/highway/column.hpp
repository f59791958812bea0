// The op table's Highway column: what each op is called in generated kernels.
#pragma once

#include <string>
#include <string_view>

namespace normfold::gen::highway {

/// Text for an elementwise op on vectors, {0}, {1}, {2} its arguments. Empty where the column lacks the op.
std::string_view elementwise_text(std::string_view op);

/// How a reduction steps, {s} its accumulator and {0} the element, and its name in loops-inl.h ("nf::Sum").
struct fold_text {
  std::string_view op, step, name;
};
const fold_text* find_fold(std::string_view op);

/// Whether the op's text calls math-inl.h.
bool needs_math(std::string_view op);

}  // namespace normfold::gen::highway
