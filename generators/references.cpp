// Papers of the ready-made layers. A row holds for a layer of that name only while its formula is the paper's.
#include "references.hpp"

namespace normfold::gen {

std::string reference_of(const ir::graph&) { return ""; }

}  // namespace normfold::gen
