// How a network learns: the loss, the optimizers, and the check of gradients against finite differences.
#pragma once

#include <cstdint>
#include <span>

#include "module.hpp"

/// Softmax and cross-entropy, mean over the rows of `logits`. dlogits: its gradient.
struct loss_of_batch {
  double loss = 0;
  std::size_t right = 0;  ///< how many rows have their largest value at the label
  tensor dlogits;
};
loss_of_batch cross_entropy(const tensor& logits, std::span<const std::size_t> labels);

/// One step along the gradients that the last backward() wrote.
class optimizer {
 public:
  enum class kind {
    sgd,  ///< with momentum 0.9
    adam  ///< Kingma and Ba 2014, arXiv:1412.6980, with their constants
  };
  explicit optimizer(kind how) : kind_(how) {}
  void step(module& network, double learning_rate);

 private:
  kind kind_;
  int steps_ = 0;
  std::vector<std::vector<float>> first_, second_;  // moments of each parameter's gradient
};

/// The largest relative difference between backward()'s directional derivatives of the loss and central differences,
/// over all parameters of a network, each in a few directions.
double gradient_error(module& network, const tensor& x, std::span<const std::size_t> labels, std::uint64_t seed);

/// The root of the sum of squares of all gradients of a network or a part of it.
double gradient_length(module& part);
