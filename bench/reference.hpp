// What a layer has to compute, in double and without any speed: the judge of every contender.
#pragma once

#include <vector>

#include "workload.hpp"

namespace bench {

class reference {
 public:
  /// Statistics of the inputs as they are stored.
  reference(const workload& work, const tensors& inputs);

  /// The largest |found - expected| / max(1, |expected|) over all outputs; a NaN is infinite.
  double max_error(const tensors& found) const;

 private:
  double value(const tensors& inputs, std::size_t index) const;
  double xhat(std::size_t index) const;
  void sum_gradients();
  double max_gradient_error(const tensors& found) const;
  std::size_t channel(std::size_t index) const;
  std::size_t scope_of(std::size_t index) const;

  const workload& work_;
  tensors inputs_;
  std::vector<double> mean_, rstd_;
  std::vector<double> of_product_, of_dy_;  // backward: means of dy * weight * xhat and of dy * weight over a scope
  std::vector<double> dweight_, dbias_;
  std::vector<double> dweight_size_, dbias_size_;  // the roots of the sums of their squared terms
};

/// What rounding to the type, and sums in f32, may leave of an error where the mean is near zero.
double tolerance(const workload& work);

/// The largest difference of a copy from what it copies; zero or infinite.
double copy_error(const workload& work, const tensors& t);

}  // namespace bench
