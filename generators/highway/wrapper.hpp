// Prints the C functions of a library.
#pragma once

#include "../library.hpp"
#include "kernel.hpp"

namespace normfold::gen::highway {

/// `instance` is the kernel's function for the signature's types.
void print_wrapper(const signature& s, const kernel& k, const std::string& instance, writer& out);

/// The function that tells how much scratch memory a signature's kernel takes.
void print_workspace(const signature& s, const kernel& k, writer& out);

/// The C expression of the element stride of a full tensor's atom number i (in memory order).
std::string stride_text(const signature& s, const argument& a, std::size_t i);

}  // namespace normfold::gen::highway
