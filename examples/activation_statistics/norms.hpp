// The norms of layers.cpp as a list, each called in place on a batch of activations. A new norm is one entry.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "network.hpp"

constexpr std::size_t batch = 256, width = 64;

struct norm {
  std::string name;   ///< as the literature abbreviates it
  std::string shape;  ///< how it sees the 64 activations of a sample, where that needs a word
  std::function<void(tensor&)> apply;
};

/// No norm at all first, then the six.
const std::vector<norm>& norms();

/// One step of a residual stack, in place: x = layer_norm(x + branch).
void post_norm(tensor& x, const tensor& branch);

/// The other order: x += branch, and layer_norm(x) is returned for the next branch.
tensor pre_norm(tensor& x, const tensor& branch);
