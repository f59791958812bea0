// One formula serves the six norms: the scope of an element is all that differs.
#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "plain_loops.hpp"

namespace bench {

reference::reference(const workload& work, const tensors& inputs) : work_(work), inputs_(inputs) {
  const shape& size = work.size;
  scope_of_channel_.assign(size.c, 0);
  for (std::size_t c = 0; c < size.c; ++c) {
    if (work.of->over == scope::channel || work.of->over == scope::instance) scope_of_channel_[c] = c;
    if (work.of->over == scope::group) scope_of_channel_[c] = c / (size.c / size.g);
  }
  if (work.of->over != scope::channel) scopes_of_image_ = work.scopes() / size.n;
  expected_.resize(work.of->writes.size());
  for (auto& tensor : expected_) tensor.resize(size.elements());
  const bool f32 = work.type == element::f32;
  if (work.of->is_backward()) {
    f32 ? differentiate<float>() : differentiate<bf16>();
  } else {
    f32 ? normalize<float>() : normalize<bf16>();
  }
}

// visit(index, channel, scope) for every element in memory order.
template <typename Visit>
void reference::walk(Visit visit) const {
  const shape& size = work_.size;
  std::size_t index = 0;
  for (std::size_t n = 0; n < size.n; ++n) {
    const std::size_t first = n * scopes_of_image_;
    if (work_.channels_last() || size.pixels() == 1) {
      for (std::size_t p = 0; p < size.pixels(); ++p) {
        for (std::size_t c = 0; c < size.c; ++c) visit(index++, c, first + scope_of_channel_[c]);
      }
    } else {
      for (std::size_t c = 0; c < size.c; ++c) {
        for (std::size_t p = 0; p < size.pixels(); ++p) visit(index++, c, first + scope_of_channel_[c]);
      }
    }
  }
}

template <typename T>
void reference::normalize() {
  const arguments<T> a = arguments_of<T>(work_, inputs_);
  const bool sums = a.residual != nullptr && work_.of->reads.size() == 2;
  const auto x = [&](std::size_t i) {
    return static_cast<double>(a.x[i]) + (sums ? static_cast<double>(a.residual[i]) : 0);
  };
  std::vector<double> mean(work_.scopes(), 0), rstd(work_.scopes(), 0);
  const std::size_t counted = work_.counted();
  const double count =
      static_cast<double>(work_.size.elements() / work_.size.c * counted) / static_cast<double>(work_.scopes());
  if (work_.of->is_evaluation()) {
    for (std::size_t s = 0; s < mean.size(); ++s) {
      mean[s] = static_cast<double>(a.running_mean[s]);
      rstd[s] = static_cast<double>(a.running_var[s]) * count;
    }
  } else {
    if (work_.of->centered) {
      walk([&](std::size_t i, std::size_t c, std::size_t s) { mean[s] += c < counted ? x(i) : 0; });
      for (double& m : mean) m /= count;
    }
    walk([&](std::size_t i, std::size_t c, std::size_t s) {
      const double d = x(i) - mean[s];
      rstd[s] += c < counted ? d * d : 0;
    });
  }
  for (double& r : rstd) r = 1 / std::sqrt(r / count + work_.of->eps);
  walk([&](std::size_t i, std::size_t c, std::size_t s) {
    const double bias = work_.of->centered ? static_cast<double>(a.bias[c]) : 0;
    expected_[0][i] = (x(i) - mean[s]) * rstd[s] * static_cast<double>(a.weight[c]) + bias;
    if (expected_.size() > 1) expected_[1][i] = x(i);
  });
}

// Backward goes through the statistics that are given.
template <typename T>
void reference::differentiate() {
  const arguments<T> a = arguments_of<T>(work_, inputs_);
  const bool centered = work_.of->centered;
  std::vector<double> of_product(work_.scopes(), 0), of_dy(work_.scopes(), 0);
  for (auto* sums : {&dweight_, &dbias_, &dweight_size_, &dbias_size_}) sums->assign(work_.size.c, 0);
  const auto xhat = [&](std::size_t i, std::size_t s) {
    return (static_cast<double>(a.x[i]) - (centered ? static_cast<double>(a.mean[s]) : 0)) *
           static_cast<double>(a.rstd[s]);
  };
  const double share = static_cast<double>(work_.scopes()) / static_cast<double>(work_.size.elements());
  walk([&](std::size_t i, std::size_t c, std::size_t s) {
    const double dy = static_cast<double>(a.dy[i]), weighted = dy * static_cast<double>(a.weight[c]);
    const double product = dy * xhat(i, s);
    of_product[s] += weighted * xhat(i, s) * share;
    if (centered) of_dy[s] += weighted * share;
    dweight_[c] += product;
    dbias_[c] += dy;
    dweight_size_[c] += product * product;
    dbias_size_[c] += dy * dy;
  });
  for (double& size : dweight_size_) size = std::sqrt(size);
  for (double& size : dbias_size_) size = std::sqrt(size);
  walk([&](std::size_t i, std::size_t c, std::size_t s) {
    const double weighted = static_cast<double>(a.dy[i]) * static_cast<double>(a.weight[c]);
    expected_[0][i] = (weighted - xhat(i, s) * of_product[s] - of_dy[s]) * static_cast<double>(a.rstd[s]);
  });
}

template <typename T>
double reference::max_error_as(const tensors& found, team& threads) const {
  const auto error = [](T value, double expected, double size) {
    const double e = std::abs(static_cast<double>(value) - expected) / std::max({1.0, std::abs(expected), size});
    return std::isnan(e) ? std::numeric_limits<double>::infinity() : e;
  };
  const std::size_t parts = static_cast<std::size_t>(threads.threads());
  std::vector<double> worst(parts, 0);
  for (std::size_t k = 0; k < expected_.size(); ++k) {
    const std::vector<double>& expected = expected_[k];
    const T* at = found.as<const T>(work_.of->writes[k]);
    threads.each(parts, [&](std::size_t part) {
      double largest = worst[part];
      for (std::size_t i = expected.size() * part / parts; i < expected.size() * (part + 1) / parts; ++i) {
        largest = std::max(largest, error(at[i], expected[i], 1));
      }
      worst[part] = largest;
    });
  }
  // A sum of many terms of either sign is as large as their root of squares, whatever is left of it.
  for (std::size_t c = 0; c < dweight_.size(); ++c) {
    worst[0] = std::max(worst[0], error(found.as<const T>(role::dweight)[c], dweight_[c], dweight_size_[c]));
    if (!work_.of->centered) continue;
    worst[0] = std::max(worst[0], error(found.as<const T>(role::dbias)[c], dbias_[c], dbias_size_[c]));
  }
  return *std::max_element(worst.begin(), worst.end());
}

double reference::max_error(const tensors& found, team& threads) const {
  return work_.type == element::f32 ? max_error_as<float>(found, threads) : max_error_as<bf16>(found, threads);
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
