// The two experiments: activations through a stack of layers, and through a residual stack.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

constexpr int layers = 10;

/// Standard deviations along the depth.
struct curve {
  std::string name, shape;
  std::vector<double> deviations;
};

/// x = relu(norm(x W)), W ~ N(0, 1) * 0.5, for each norm: the deviation behind each of the ten layers.
std::vector<curve> plain_stack(std::uint64_t seed);

/// The last deviation of each curve over `count` seeds.
struct spread {
  double least, mean, greatest;
};
std::vector<spread> spread_over_seeds(std::uint64_t first_seed, int count);

/// x + f(x), layer_norm(x + f(x)) and x + f(layer_norm(x)), where f(x) = relu(x U) V keeps the variance: the
/// deviation of x, at first and behind each of the ten blocks.
std::vector<curve> residual_stack(std::uint64_t seed);
