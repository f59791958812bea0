// The part of a C function that every backend shares: its head and the checks of its arguments.
#pragma once

#include <string>
#include <vector>

#include "signature.hpp"
#include "text.hpp"

namespace normfold::gen {

/// Opens the C function and prints what it checks before anything is written; a backend goes on with its call.
void open_checked(const signature& s, writer& out);

/// The C expression of the element stride of a full tensor's atom number i (in memory order).
std::string stride_text(const signature& s, const argument& a, std::size_t i);

/// "N * T": the extents of some atoms.
std::string product_text(const signature& s, const std::vector<int>& atoms);

/// Prints how many elements `first(...)` takes: lead_<loop>.
void print_leading(const plan& p, writer& out);

/// Prints <name>_workspace from the lines that add up a kernel's scratch memory in `need` (runtime/workspace.h), over
/// n_<loop>; `p` is the plan whose names the lines have.
void print_workspace(const signature& s, const plan& p, const std::vector<std::string>& needs, writer& out);

}  // namespace normfold::gen
