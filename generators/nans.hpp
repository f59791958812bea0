// What the NaN of a value look like: backends round bf16 without a look for them where rounding cannot spoil one.
#pragma once

#include <optional>
#include <vector>

#include "plan.hpp"

namespace normfold::gen {

/// Where the NaN of a value come from.
struct nan_sources {
  std::vector<int> reads;  ///< the nodes that read memory
  ir::atom_set along = 0;  ///< the loops of reductions on the way
};

/// Those of `node`, if all on the way is arithmetic, so that a NaN comes out as it went in or as the processor makes one; none where an op may
/// change it, as one does that is not known.
std::optional<nan_sources> find_nan_sources(const plan& p, int node);

}  // namespace normfold::gen
