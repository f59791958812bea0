// The library of backward functions that this program is linked with, and the gradient graphs that they mean.
// NORMFOLD_TESTED is the library's name, NORMFOLD_TESTED_LAYERS the header with its layers.
#include NORMFOLD_TESTED_LAYERS

#include <hwy/detect_targets.h>

#include <lower.hpp>

#include "gradient.hpp"
#include "rules.hpp"
#include "shapes.hpp"

#define NORMFOLD_JOINED(a, b, c) a##b##c
#define NORMFOLD_TABLE(name, of) NORMFOLD_JOINED(normfold_, name, of)

extern "C" const normfold_function NORMFOLD_TABLE(NORMFOLD_TESTED, _functions)[];
extern "C" const std::size_t NORMFOLD_TABLE(NORMFOLD_TESTED, _function_count);

namespace normfold::kernel_tests {

const library& tested() {
  static const library the = [] {
    library made{NORMFOLD_TABLE(NORMFOLD_TESTED, _functions),
                 NORMFOLD_TABLE(NORMFOLD_TESTED, _function_count),
                 with_layers([](const auto&... each) { return std::vector<ir::graph>{lower(each)...}; }),
                 few_lengths(),
                 {},
                 HWY_TARGETS};
    for (std::size_t i = 0; i < made.count; ++i) {
      const normfold_function& f = made.functions[i];
      const std::string direction = f.direction;
      const gen::statistics from = direction == "backward_frozen"      ? gen::statistics::frozen
                                   : direction == "backward_recompute" ? gen::statistics::recomputed
                                   : direction == "backward_from_y"    ? gen::statistics::from_y
                                                                       : gen::statistics::saved;
      made.gradients.emplace(f.name, gen::gradient(gen::canonical(made.layer(f)), from));
    }
    return made;
  }();
  return the;
}

}  // namespace normfold::kernel_tests
