// The gradient of the whole network, for every norm in it, against differences of the loss. Exit status 1 where they
// differ.
//   gradients
#include <cstdio>
#include <numeric>

#include "images.hpp"
#include "learn.hpp"
#include "networks.hpp"

namespace {

// Differences are taken over 1e-5 of the loss, which float knows to about 1e-7; ReLUs that turn within them add one or
// two hundredths. A wrong factor or index in a derivative is off by half and more.
constexpr double tolerance = 0.05;

bool agrees(const char* network_name, const char* norm, module& network, const dataset& data) {
  std::vector<std::size_t> rows(data.labels.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const batch all = batch_of(data, rows);
  const double error = gradient_error(network, all.images, all.labels, 1);
  std::printf("%-16s %-8s %.4f  %s\n", network_name, norm, error, error < tolerance ? "ok" : "WRONG");
  return error < tolerance;
}

}  // namespace

int main() {
  const dataset data = draw_shapes(48, 1);
  bool good = true;
  std::printf("network          norm     largest relative difference of a directional derivative\n");
  for (const char* norm : {"none", "BN", "GN", "LN", "IN"}) {
    normal random(1);
    good &= agrees("image_network", norm, *image_network(random, data.images.size, data.classes, norm), data);
  }
  for (const place where : {place::pre, place::post}) {
    for (const char* norm : {"row LN", "RMS", "pRMS"}) {
      normal random(1);
      good &= agrees(where == place::pre ? "pre-norm stack" : "post-norm stack", norm,
                     *residual_stack(random, data.images.size, data.classes, norm, where, 4, 64), data);
    }
  }
  return good ? 0 : 1;
}
