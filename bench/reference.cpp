// One formula serves the six norms: the scope of an element is all that differs.
#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "storage.hpp"

namespace bench {

reference::reference(const workload& work, const tensors& inputs) : work_(work), inputs_(inputs) {
  const std::size_t elements = work.size.elements();
  const double count = static_cast<double>(elements) / static_cast<double>(work.scopes());
  mean_.assign(work.scopes(), 0);
  rstd_.assign(work.scopes(), 0);
  if (work.of->centered) {
    for (std::size_t i = 0; i < elements; ++i) mean_[scope_of(i)] += value(inputs, i);
    for (double& mean : mean_) mean /= count;
  }
  for (std::size_t i = 0; i < elements; ++i) {
    const double d = value(inputs, i) - mean_[scope_of(i)];
    rstd_[scope_of(i)] += d * d;
  }
  for (double& rstd : rstd_) rstd = 1 / std::sqrt(rstd / count + work.of->eps);
}

double reference::value(const tensors& inputs, std::size_t index) const {
  double sum = 0;
  for (role r : work_.of->reads) sum += load_element(work_.type, inputs[r], index);
  return sum;
}

std::size_t reference::channel(std::size_t index) const {
  return work_.channels_last() ? index % work_.size.c : index / work_.size.pixels() % work_.size.c;
}

std::size_t reference::scope_of(std::size_t index) const {
  const shape& size = work_.size;
  const std::size_t image = index / (size.c * size.pixels());
  switch (work_.of->over) {
    case scope::row: return image;
    case scope::channel: return channel(index);
    case scope::instance: return image * size.c + channel(index);
    case scope::group: return image * size.g + channel(index) / (size.c / size.g);
  }
  return 0;
}

double reference::max_error(const tensors& found) const {
  double worst = 0;
  for (std::size_t i = 0; i < work_.size.elements(); ++i) {
    const std::size_t s = scope_of(i), c = channel(i);
    const double weight = load_element(work_.type, inputs_[role::weight], c);
    const double bias = work_.of->centered ? load_element(work_.type, inputs_[role::bias], c) : 0;
    const double x = value(inputs_, i);
    for (role r : work_.of->writes) {
      const double expected = r == role::sum ? x : (x - mean_[s]) * rstd_[s] * weight + bias;
      const double error =
          std::abs(load_element(work_.type, found[r], i) - expected) / std::max(1.0, std::abs(expected));
      if (std::isnan(error)) return std::numeric_limits<double>::infinity();
      worst = std::max(worst, error);
    }
  }
  return worst;
}

double tolerance(const workload& work) { return work.type == element::f32 ? 0x1p-13 : 0x1p-6; }

double copy_error(const workload& work, const tensors& t) {
  for (std::size_t k = 0; k < work.of->writes.size() && work.of->reads.size() == work.of->writes.size(); ++k) {
    if (std::memcmp(t[work.of->reads[k]], t[work.of->writes[k]], work.tensor_bytes()) != 0) {
      return std::numeric_limits<double>::infinity();
    }
  }
  return 0;
}

}  // namespace bench
