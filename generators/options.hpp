// The command line of a generator program.
#pragma once

#include <iosfwd>
#include <vector>

#include "ir.hpp"

namespace normfold::gen {

/// What normfold::generate does with the lowered layers. Returns the exit status: 0, or 1 after one sentence on `err`.
int run(int argc, const char* const* argv, const std::vector<ir::graph>& layers, std::ostream& out, std::ostream& err);
/// The same to the program's own output and errors.
int run(int argc, const char* const* argv, const std::vector<ir::graph>& layers);

}  // namespace normfold::gen
