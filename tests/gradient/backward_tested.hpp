// Generated backward functions, each with the graph that the oracle judges it by.
#pragma once

#include <vector>

#include "trial.hpp"

namespace normfold::gradient_tests {

struct backward_function {
  const normfold_function* function = nullptr;
  ir::graph graph;
};

/// Those of the library that this program is linked with.
const std::vector<backward_function>& tested();

}  // namespace normfold::gradient_tests
