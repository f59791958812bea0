// The one header of a layers file: the language, and the program that generates kernels from it at build time.
#pragma once

#include <vector>

#include "lower.hpp"
#include "normfold/dsl.hpp"
#include "options.hpp"

namespace normfold {

/// The body of `main` in a layers file: writes what the command line asks for. Returns the exit status.
template <class... Layers>
int generate(int argc, const char* const* argv, const Layers&... layers) {
  std::vector<ir::graph> graphs;
  (graphs.push_back(lower(layers)), ...);
  return gen::run(argc, argv, graphs);
}

}  // namespace normfold
