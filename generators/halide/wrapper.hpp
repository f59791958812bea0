// Prints the C functions of a library around Halide's kernels.
#pragma once

#include <string>
#include <vector>

#include "../kernel.hpp"

namespace normfold::gen::halide {

std::string wrappers_text(const library& lib, const std::vector<shared_kernel>& kernels);

}  // namespace normfold::gen::halide
