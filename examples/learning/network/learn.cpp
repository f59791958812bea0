// Loss, optimizers and the check of gradients (learn.hpp).
#include "learn.hpp"

#include <algorithm>
#include <cmath>

#include "random.hpp"

loss_of_batch cross_entropy(const tensor& logits, std::span<const std::size_t> labels) {
  loss_of_batch out{0, 0, tensor(logits.size)};
  const std::size_t rows = logits.size.n, classes = logits.size.c;
  for (std::size_t n = 0; n < rows; ++n) {
    const float* row = logits.sample(n);
    const float* top = std::max_element(row, row + classes);
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(row[c] - *top));
    out.loss += (std::log(sum) + *top - row[labels[n]]) / static_cast<double>(rows);
    if (static_cast<std::size_t>(top - row) == labels[n]) ++out.right;
    for (std::size_t c = 0; c < classes; ++c) {
      const double share = std::exp(static_cast<double>(row[c] - *top)) / sum;
      out.dlogits.sample(n)[c] = static_cast<float>((share - (c == labels[n] ? 1 : 0)) / static_cast<double>(rows));
    }
  }
  return out;
}

void optimizer::step(module& network, double learning_rate) {
  ++steps_;
  const auto rate = static_cast<float>(learning_rate);
  const auto adam_rate =
      static_cast<float>(learning_rate * std::sqrt(1 - std::pow(0.999, steps_)) / (1 - std::pow(0.9, steps_)));
  std::size_t index = 0;
  network.visit([&](parameter& p) {
    if (index == first_.size()) {
      first_.emplace_back(p.value.size());
      second_.emplace_back(kind_ == kind::adam ? p.value.size() : 0);
    }
    std::vector<float>&m = first_[index], &v = second_[index];
    ++index;
    if (kind_ == kind::sgd) {
      for (std::size_t i = 0; i < m.size(); ++i) {
        m[i] = 0.9F * m[i] + p.gradient[i];
        p.value[i] -= rate * m[i];
      }
      return;
    }
    for (std::size_t i = 0; i < m.size(); ++i) {
      m[i] += 0.1F * (p.gradient[i] - m[i]);
      v[i] += 0.001F * (p.gradient[i] * p.gradient[i] - v[i]);
      p.value[i] -= adam_rate * m[i] / (std::sqrt(v[i]) + 1e-8F);
    }
  });
}

namespace {

double sum_of_squares(std::span<const float> values) {
  double sum = 0;
  for (const float each : values) sum += static_cast<double>(each) * each;
  return sum;
}

}  // namespace

double gradient_length(module& part) {
  double sum = 0;
  part.visit([&sum](parameter& p) { sum += sum_of_squares(p.gradient); });
  return std::sqrt(sum);
}

double gradient_error(module& network, const tensor& x, std::span<const std::size_t> labels, std::uint64_t seed) {
  // How much of the loss a difference is taken over: above the rounding of float, and small, since ReLUs that turn
  // within it bend the loss.
  constexpr double change = 1e-5;
  constexpr int directions = 3;
  const auto loss = [&] { return cross_entropy(network.forward(x, mode::train), labels); };
  network.backward(loss().dlogits);
  std::vector<parameter*> all;
  network.visit([&all](parameter& p) { all.push_back(&p); });
  std::vector<std::vector<float>> gradients;
  for (const parameter* p : all) gradients.push_back(p->gradient);

  normal random(seed);
  double worst = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<float> start = all[i]->value;
    for (int d = 0; d < directions; ++d) {
      // A random half of the gradient: steep enough to be measured, and another half each time.
      std::vector<float> direction = gradients[i];
      for (float& each : direction) each = random.uniform() < 0.5 ? each : 0.0F;
      const double slope = sum_of_squares(direction);
      if (slope == 0) continue;
      const auto loss_at = [&](double distance) {
        for (std::size_t e = 0; e < start.size(); ++e)
          all[i]->value[e] = static_cast<float>(start[e] + distance * direction[e]);
        return loss().loss;
      };
      const double step = change / slope, difference = (loss_at(step) - loss_at(-step)) / (2 * step);
      worst = std::max(worst, std::fabs(difference / slope - 1));
      all[i]->value = start;
    }
  }
  return worst;
}
