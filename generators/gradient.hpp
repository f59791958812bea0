// The backward pass of a layer, derived from its forward graph by the derivatives of the op table (ops.cpp).
#pragma once

#include "ir.hpp"

namespace normfold::gen {

/// Where a backward pass gets the layer's statistics from.
enum class statistics {
  saved,       ///< the named ones are given, as `train` wrote them
  recomputed,  ///< from x
  from_y,      ///< as saved, and the normalised value from y instead of x, which y may have overwritten
  frozen       ///< running statistics are given and constant: the gradient of `infer`
};

/// Reverse differentiation of a canonical graph. Inputs: dy, d<output> for each further output, what of x, the operands,
/// the further outputs and parameters is needed, statistics (`given`). Outputs: dx, d<operand>, and d<parameter> (role::gradient), summed over
/// the axes that the parameter does not vary along. Statistics are no outputs here: nothing flows back through them but
/// what y and the further outputs need.
///
/// Where a maximum or minimum is attained several times, all that attain it share its gradient equally. `round` and
/// comparisons have none, through `rounded` it passes unchanged, and the one of sqrt at 0 is 0.
ir::graph gradient(const ir::graph& layer, statistics from);

/// Whether from_y is possible: y is the normalised value, times parameters, plus others. It divides by the former, which
/// must not be 0.
bool normalised_is_in_y(const ir::graph& layer);

}  // namespace normfold::gen
