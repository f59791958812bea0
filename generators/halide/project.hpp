// Prints the CMake project that turns a generator source into one archive.
#pragma once

#include <string>
#include <vector>

#include "../kernel.hpp"

namespace normfold::gen::halide {

/// The C symbol of a kernel for a signature's types: "my_norms_layer_norm_f32_kernel".
std::string symbol(const library& lib, const kernel& k, const signature& s);

std::string project_text(const library& lib, const std::vector<shared_kernel>& kernels);

}  // namespace normfold::gen::halide
