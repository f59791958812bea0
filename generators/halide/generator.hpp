// Prints one generator class: its tensors, its algorithm, its schedule.
#pragma once

#include "algorithm.hpp"

namespace normfold::gen::halide {

/// The name under which a kernel's generator is registered: "layer_norm_train".
std::string generator_name(const kernel& k);

void print_generator(const shared_kernel& made, writer& out);

/// What add_halide_library takes as PARAMS for the types of a signature: "x.type=float32".
std::vector<std::string> type_parameters(const algorithm& a, const signature& s);

/// The Halide type of a tensor of the kernel: "bfloat16".
std::string halide_type(element e);

}  // namespace normfold::gen::halide
