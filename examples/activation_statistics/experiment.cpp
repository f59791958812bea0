// The experiments (experiment.hpp): every norm sees the same input and the same weights.
#include "experiment.hpp"

#include <algorithm>
#include <cmath>

#include "norms.hpp"
#include "random.hpp"

std::vector<curve> plain_stack(std::uint64_t seed) {
  std::vector<curve> curves;
  for (const norm& each : norms()) {
    normal random(seed);
    tensor x = random.many(batch * width, 1);
    curves.push_back({each.name, each.shape, {}});
    for (int i = 0; i < layers; ++i) {
      x = product(x, random.many(width * width, 0.5), batch, width, width);
      each.apply(x);
      relu(x);
      curves.back().deviations.push_back(deviation(x));
    }
  }
  return curves;
}

std::vector<spread> spread_over_seeds(std::uint64_t first_seed, int count) {
  std::vector<spread> out(norms().size(), {1e300, 0, 0});
  for (int i = 0; i < count; ++i) {
    const std::vector<curve> curves = plain_stack(first_seed + static_cast<std::uint64_t>(i));
    for (std::size_t n = 0; n < out.size(); ++n) {
      const double last = curves[n].deviations.back();
      out[n] = {std::min(out[n].least, last), out[n].mean + last / count, std::max(out[n].greatest, last)};
    }
  }
  return out;
}

namespace {

// f(x) = relu(x U) V with deviations sqrt(2 / width) and sqrt(1 / width) has the second moment of x.
tensor branch_of(const tensor& x, normal& random) {
  tensor hidden = product(x, random.many(width * width, std::sqrt(2.0 / width)), batch, width, width);
  relu(hidden);
  return product(hidden, random.many(width * width, std::sqrt(1.0 / width)), batch, width, width);
}

}  // namespace

std::vector<curve> residual_stack(std::uint64_t seed) {
  std::vector<curve> curves = {{"no norm", "", {}}, {"pre-norm", "", {}}, {"post-norm", "", {}}};

  normal random(seed);
  tensor x = random.many(batch * width, 1);
  curves[0].deviations.push_back(deviation(x));
  for (int i = 0; i < layers; ++i) {
    add(x, branch_of(x, random));
    curves[0].deviations.push_back(deviation(x));
  }

  random = normal(seed);
  x = random.many(batch * width, 1);
  tensor branch(batch * width);  // nothing yet
  for (int i = 0; i <= layers; ++i) {
    const tensor normed = pre_norm(x, branch);
    curves[1].deviations.push_back(deviation(x));
    if (i < layers) branch = branch_of(normed, random);
  }

  random = normal(seed);
  x = random.many(batch * width, 1);
  curves[2].deviations.push_back(deviation(x));
  for (int i = 0; i < layers; ++i) {
    post_norm(x, branch_of(x, random));
    curves[2].deviations.push_back(deviation(x));
  }
  return curves;
}
