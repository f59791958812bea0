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
  if (work.of->is_backward()) {
    sum_gradients();
    return;
  }
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

double reference::xhat(std::size_t index) const {
  const std::size_t s = scope_of(index);
  return (load_element(work_.type, inputs_[role::x], index) - mean_[s]) * rstd_[s];
}

// Backward goes through the statistics that are given.
void reference::sum_gradients() {
  of_product_.assign(work_.scopes(), 0);
  of_dy_.assign(work_.scopes(), 0);
  dweight_.assign(work_.size.c, 0);
  dbias_.assign(work_.size.c, 0);
  dweight_size_.assign(work_.size.c, 0);
  dbias_size_.assign(work_.size.c, 0);
  for (std::size_t s = 0; s < work_.scopes(); ++s) {
    mean_[s] = work_.of->centered ? static_cast<double>(inputs_.as<const float>(role::mean)[s]) : 0;
    rstd_[s] = static_cast<double>(inputs_.as<const float>(role::rstd)[s]);
  }
  const double share = static_cast<double>(work_.scopes()) / static_cast<double>(work_.size.elements());
  for (std::size_t i = 0; i < work_.size.elements(); ++i) {
    const std::size_t c = channel(i), s = scope_of(i);
    const double dy = load_element(work_.type, inputs_[role::dy], i);
    const double weighted = dy * load_element(work_.type, inputs_[role::weight], c);
    of_product_[s] += weighted * xhat(i) * share;
    if (work_.of->centered) of_dy_[s] += weighted * share;
    dweight_[c] += dy * xhat(i);
    dbias_[c] += dy;
    dweight_size_[c] += dy * xhat(i) * (dy * xhat(i));
    dbias_size_[c] += dy * dy;
  }
  for (double& size : dweight_size_) size = std::sqrt(size);
  for (double& size : dbias_size_) size = std::sqrt(size);
}

double reference::max_gradient_error(const tensors& found) const {
  double worst = 0;
  // A sum of many terms of either sign is as large as their root of squares, whatever is left of it.
  const auto compare = [&](const void* at, std::size_t index, double expected, double size = 1) {
    const double error =
        std::abs(load_element(work_.type, at, index) - expected) / std::max({1.0, std::abs(expected), size});
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  };
  for (std::size_t i = 0; i < work_.size.elements(); ++i) {
    const std::size_t s = scope_of(i);
    const double weighted =
        load_element(work_.type, inputs_[role::dy], i) * load_element(work_.type, inputs_[role::weight], channel(i));
    compare(found[role::dx], i, (weighted - xhat(i) * of_product_[s] - of_dy_[s]) * rstd_[s]);
  }
  for (std::size_t c = 0; c < work_.size.c; ++c) {
    compare(found[role::dweight], c, dweight_[c], dweight_size_[c]);
    if (work_.of->centered) compare(found[role::dbias], c, dbias_[c], dbias_size_[c]);
  }
  return worst;
}

double reference::max_error(const tensors& found) const {
  if (work_.of->is_backward()) return max_gradient_error(found);
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
