// The Highway backend: C++ with dynamic dispatch that needs only Highway and runtime/.
#pragma once

#include <vector>

#include "../library.hpp"

namespace normfold::gen::highway {

std::vector<file> emit(const library& lib);

}  // namespace normfold::gen::highway
