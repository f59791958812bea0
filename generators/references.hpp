// Where a ready-made layer was published. To add one, add a row in references.cpp.
#pragma once

#include <string>

#include "ir.hpp"

namespace normfold::gen {

/// The paper of a layer that has a known name and computes what the paper says; "" for a layer of the user's own.
std::string reference_of(const ir::graph& canonical_layer);

}  // namespace normfold::gen
