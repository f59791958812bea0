// From sums of products back to a graph: which products are formed, in which order, and which sums are means.
#pragma once

#include <set>
#include <vector>

#include "terms.hpp"

namespace normfold::gen {

struct assembled {
  std::vector<int> nodes;    ///< one for each of what was wanted, in the builder of the algebra
  std::set<int> normalised;  ///< values divided by a statistic of their own, used or not
};
assembled assemble(algebra& a, const std::vector<terms>& wanted);

}  // namespace normfold::gen
