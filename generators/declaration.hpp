// How the functions of a library are declared and called in C.
#pragma once

#include <string>
#include <vector>

#include "signature.hpp"

namespace normfold::gen {

/// The element type of an argument in memory. Counts are uint64_t instead.
element memory_type(const signature& s, const argument& a);

/// "float", "normfold_bf16", "uint64_t"
std::string c_type(const signature& s, const argument& a);

/// `size_t <name>_workspace(extents...)` without its semicolon.
std::string workspace_declaration(const signature& s);

/// "head(first, second)"; what does not fit in 118 columns is below it, aligned where the head leaves room. The text
/// will stand `depth` columns from the left.
std::string call_text(const std::string& head, const std::vector<std::string>& arguments, std::size_t depth = 0);

}  // namespace normfold::gen
