// One layer whose statistics belong to rows.
#pragma once

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

namespace normfold::kernel_tests {

/// Calls `use` with all layers of this file.
template <class Use>
auto with_layers(const Use& use) {
  return use(layers::layer_norm);
}

}  // namespace normfold::kernel_tests
