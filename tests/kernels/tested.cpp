// What the library that this program is linked with means. NORMFOLD_TESTED is the library's name, NORMFOLD_TESTED_LAYERS
// the header with its layers, NORMFOLD_TESTED_LENGTHS how many lengths each axis gets.
#include NORMFOLD_TESTED_LAYERS

#include <hwy/detect_targets.h>

#include <lower.hpp>

#include "shapes.hpp"
#include "trial.hpp"

#define NORMFOLD_JOINED(a, b, c) a##b##c
#define NORMFOLD_TABLE(name, of) NORMFOLD_JOINED(normfold_, name, of)

extern "C" const normfold_function NORMFOLD_TABLE(NORMFOLD_TESTED, _functions)[];
extern "C" const std::size_t NORMFOLD_TABLE(NORMFOLD_TESTED, _function_count);

namespace normfold::kernel_tests {

const library& tested() {
  static const library the{NORMFOLD_TABLE(NORMFOLD_TESTED, _functions),
                           NORMFOLD_TABLE(NORMFOLD_TESTED, _function_count),
                           with_layers([](const auto&... layers) { return std::vector<ir::graph>{lower(layers)...}; }),
                           NORMFOLD_TESTED_LENGTHS(),
                           {},
                           HWY_TARGETS};
  return the;
}

}  // namespace normfold::kernel_tests
