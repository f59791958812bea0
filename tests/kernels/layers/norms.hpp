// The six norms.
#pragma once

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

namespace normfold::kernel_tests {

/// Calls `use` with all layers of this file.
template <class Use>
auto with_layers(const Use& use) {
  using namespace layers;
  return use(batch_norm, layer_norm, instance_norm, group_norm, rms_norm, p_rms_norm);
}

}  // namespace normfold::kernel_tests
