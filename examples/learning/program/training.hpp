// One training: a network, an optimizer, a set of images; what came out. Programs run several at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "images.hpp"
#include "learn.hpp"

struct recipe {
  std::size_t batch = 32;
  std::size_t epochs = 4;
  double learning_rate = 0.1;  ///< at the start; it falls to zero in a straight line
  double warm_up = 0;          ///< over this share of the steps it first rises from zero
  optimizer::kind method = optimizer::kind::sgd;
  std::uint64_t seed = 1;   ///< of the order of the images
  std::size_t points = 40;  ///< of the loss curve
};

struct outcome {
  std::vector<double> losses;  ///< mean loss of each stretch of the training, as many as recipe::points
  double loss = 0;             ///< mean over the last tenth of the training
  double accuracy = 0;         ///< on images that were not trained on
};

/// A loss that is no number any more counts as `lost`, and the training ends there.
constexpr double lost = 1e3;

outcome train(module& network, const recipe& how, const dataset& data, const dataset& test);

double accuracy(module& network, const dataset& test);

/// Runs all of them, several at a time on the processor's cores, and shows progress on stderr.
void run_all(std::size_t count, const std::function<std::string(std::size_t)>& run);
