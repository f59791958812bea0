// A gradient graph evaluated by the oracle, and the same gradient by finite differences of the layer's own graph.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gradient.hpp"
#include "oracle.hpp"

namespace normfold::gradient_tests {

using buffers = std::map<std::string, std::vector<long double>>;

/// A layer, the extents of its axes and what its functions read: leaves by name, and "d<output>" for each output.
struct point {
  ir::graph layer;  ///< as lowered
  oracle::sizes extents;
  buffers values;
};

/// Numbers that repeat from run to run: element `index` of the stream `name` of `seed`.
long double uniform(std::uint64_t seed, const std::string& name, std::size_t index);

/// x and operands of deviation about 1, parameters in [0.5, 1.5], gradients in [-1, 1].
point ordinary(const ir::graph& layer, oracle::sizes extents, std::uint64_t seed = 1);

/// Every axis small, no two the same.
oracle::sizes small_extents(const ir::graph& layer);

/// d<leaf> by the gradient graph, the statistics given where it asks for them.
buffers derived(const point& at, gen::statistics from = gen::statistics::saved);

/// d<leaf> by central differences of the loss sum(output * d<output>). frozen: the loss of inference.
buffers differences(const point& at, bool frozen = false);

/// Empty where both agree within `tolerance` relative to the largest element of each gradient (at least 1), else a
/// sentence about the first element that does not. Elements at which differences do not settle (a kink) are passed over
/// and counted in `kinks`.
std::string mistake(const point& at, gen::statistics from, double tolerance, int* kinks = nullptr);

}  // namespace normfold::gradient_tests
