// Epochs of shuffled batches (training.hpp).
#include "training.hpp"

#include <normfold/runtime/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <numeric>
#include <span>

#include "random.hpp"

namespace {

double share_of_rate(double step, std::size_t steps, double warm_up) {
  const double done = step / static_cast<double>(steps + 1);
  return std::min(1 - done, done < warm_up ? done / warm_up : 1.0);
}

}  // namespace

outcome train(module& network, const recipe& how, const dataset& data, const dataset& test) {
  const std::size_t per_epoch = data.labels.size() / how.batch, steps = per_epoch * how.epochs;
  normal random(how.seed);
  optimizer method(how.method);
  std::vector<double> losses;
  std::vector<std::size_t> order;
  for (std::size_t s = 0; s < steps; ++s) {
    if (s % per_epoch == 0) order = random.permutation(data.labels.size());
    batch next = batch_of(data, std::span(order).subspan(s % per_epoch * how.batch, how.batch));
    const loss_of_batch result = cross_entropy(network.forward(std::move(next.images), mode::train), next.labels);
    network.backward(result.dlogits);
    method.step(network, how.learning_rate * share_of_rate(static_cast<double>(s) + 1, steps, how.warm_up));
    losses.push_back(std::min(result.loss, lost));
    if (!std::isfinite(result.loss)) {
      losses.back() = lost;
      break;
    }
  }
  losses.resize(steps, losses.back());

  outcome out;
  const auto mean = [&losses](std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += losses[i];
    return sum / static_cast<double>(to - from);
  };
  const std::size_t points = std::min(how.points, steps);
  for (std::size_t p = 0; p < points; ++p) out.losses.push_back(mean(p * steps / points, (p + 1) * steps / points));
  out.loss = mean(steps - std::max<std::size_t>(1, steps / 10), steps);
  out.accuracy = accuracy(network, test);
  return out;
}

double accuracy(module& network, const dataset& test) {
  constexpr std::size_t most = 100;
  const std::size_t count = test.labels.size();
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::size_t right = 0;
  for (std::size_t at = 0; at < count; at += most) {
    batch next = batch_of(test, std::span(rows).subspan(at, std::min(most, count - at)));
    right += cross_entropy(network.forward(std::move(next.images), mode::infer), next.labels).right;
  }
  return static_cast<double>(right) / static_cast<double>(count);
}

void run_all(std::size_t count, const std::function<std::string(std::size_t)>& run) {
  struct state {
    const std::function<std::string(std::size_t)>& run;
    std::size_t count;
    std::size_t done = 0;
    std::mutex mutex{};
  } shared{run, count};
  normfold::thread_pool pool;
  pool.run(
      count,
      [](void* data, std::size_t index) {
        auto& all = *static_cast<state*>(data);
        const std::string line = all.run(index);
        const std::lock_guard lock(all.mutex);
        std::fprintf(stderr, "[%zu/%zu] %s\n", ++all.done, all.count, line.c_str());
      },
      &shared);
}
