// Prints the C functions of a library.
#pragma once

#include "../library.hpp"
#include "kernel.hpp"

namespace normfold::gen::highway {

/// `instance` is the kernel's function for the signature's types.
void print_wrapper(const signature& s, const kernel& k, const std::string& instance, writer& out);

}  // namespace normfold::gen::highway
