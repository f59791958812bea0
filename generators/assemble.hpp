// From sums of products back to a graph: which products are formed, in which order, and which sums are means.
#pragma once

#include <vector>

#include "terms.hpp"

namespace normfold::gen {

/// One node for each of `wanted`, in the builder of `a`.
std::vector<int> assemble(algebra& a, const std::vector<terms>& wanted);

}  // namespace normfold::gen
