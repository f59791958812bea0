// All ready-made layers.
#pragma once

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

namespace normfold::kernel_tests {

/// Calls `use` with all layers of this file.
template <class Use>
auto with_layers(const Use& use) {
  return layers::with_ready_made(use);
}

}  // namespace normfold::kernel_tests
