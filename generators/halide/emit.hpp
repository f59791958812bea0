// The Halide backend: a generator source for each library, the project that builds it, and the C functions.
#pragma once

#include <vector>

#include "../library.hpp"

namespace normfold::gen::halide {

std::vector<file> emit(const library& lib);

}  // namespace normfold::gen::halide
