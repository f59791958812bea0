// How graphs are printed: formulas in the words of the language, numbers that read back exactly.
#pragma once

#include <functional>
#include <string>

#include "ir.hpp"

namespace normfold::gen {

/// Prints a node as a formula; `name_of(i)` gives a name for a node inside it, or "" where it is to be written out.
std::string formula(const ir::graph& g, int node, const std::function<std::string(int)>& name_of);

/// The same with the graph's own names (y, mean, rstd ...).
std::string formula(const ir::graph& g, int node, bool expand_names = false);

/// The shortest decimal text that reads back as `value`.
std::string number(double value);

/// "N, C/G"
std::string atoms_text(const ir::graph& g, ir::atom_set set);

}  // namespace normfold::gen
