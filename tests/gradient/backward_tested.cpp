// The library of backward functions that this program is linked with, and the gradient graphs that they mean.
// NORMFOLD_TESTED is the library's name, NORMFOLD_TESTED_LAYERS the header with its layers.
#include NORMFOLD_TESTED_LAYERS

#include <deque>
#include <lower.hpp>

#include "backward_tested.hpp"
#include "gradient.hpp"
#include "rules.hpp"

#define NORMFOLD_JOINED(a, b, c) a##b##c
#define NORMFOLD_TABLE(name, of) NORMFOLD_JOINED(normfold_, name, of)

extern "C" const normfold_function NORMFOLD_TABLE(NORMFOLD_TESTED, _functions)[];
extern "C" const std::size_t NORMFOLD_TABLE(NORMFOLD_TESTED, _function_count);

namespace normfold::gradient_tests {

const std::vector<backward_function>& tested() {
  static const std::vector<backward_function> all = [] {
    const auto layers =
        kernel_tests::with_layers([](const auto&... each) { return std::vector<ir::graph>{lower(each)...}; });
    std::vector<backward_function> made;
    for (std::size_t i = 0; i < NORMFOLD_TABLE(NORMFOLD_TESTED, _function_count); ++i) {
      const normfold_function& f = NORMFOLD_TABLE(NORMFOLD_TESTED, _functions)[i];
      const std::string direction = f.direction;
      const gen::statistics from = direction == "backward_frozen"      ? gen::statistics::frozen
                                   : direction == "backward_recompute" ? gen::statistics::recomputed
                                   : direction == "backward_from_y"    ? gen::statistics::from_y
                                                                       : gen::statistics::saved;
      for (const ir::graph& layer : layers)
        if (layer.name == f.layer) made.push_back({&f, gen::gradient(gen::canonical(layer), from)});
    }
    return made;
  }();
  return all;
}

}  // namespace normfold::gradient_tests
