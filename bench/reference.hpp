// What a layer has to compute, in double and without any speed: the judge of every contender.
#pragma once

#include <vector>

#include "team.hpp"
#include "workload.hpp"

namespace bench {

class reference {
 public:
  /// Computes the outputs from the inputs as they are stored.
  reference(const workload& work, const tensors& inputs);

  /// The largest |found - expected| / max(1, |expected|) over all outputs; a NaN is infinite.
  double max_error(const tensors& found, team& threads) const;

 private:
  template <typename T>
  void normalize();
  template <typename T>
  void differentiate();
  template <typename T>
  double max_error_as(const tensors& found, team& threads) const;
  template <typename Visit>
  void walk(Visit visit) const;

  const workload& work_;
  tensors inputs_;
  std::vector<std::size_t> scope_of_channel_;      // within an image
  std::size_t scopes_of_image_ = 0;                // 0 where images share them
  std::vector<std::vector<double>> expected_;      // one for each whole tensor that is written
  std::vector<double> dweight_, dbias_;            // backward
  std::vector<double> dweight_size_, dbias_size_;  // the roots of the sums of their squared terms
};

/// What rounding to the type, and sums in f32, may leave of an error where the mean is near zero.
double tolerance(const workload& work);

/// The largest difference of a copy from what it copies; zero or infinite.
double copy_error(const workload& work, const tensors& t);

}  // namespace bench
