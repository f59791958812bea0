// Layers put together (networks.hpp).
#include "networks.hpp"

#include <cmath>

#include "layers.hpp"
#include "norms.hpp"

std::unique_ptr<chain> image_network(normal& random, const shape& image, std::size_t classes, const std::string& norm) {
  auto network = std::make_unique<chain>();
  const std::size_t widths[] = {8, 16, 32, 32};
  std::size_t in = image.c, stride = 1;
  for (const std::size_t width : widths) {
    layer_ptr its_norm = make_norm(norm, width);
    const bool bias = !its_norm;  // a norm has its own, or takes the mean off
    network->add<convolution>(random, in, width, stride, bias).add(std::move(its_norm)).add<relu>();
    in = width;
    stride = 2;
  }
  network->add<mean_pool>().add<linear>(random, in, classes);
  return network;
}

std::unique_ptr<chain> residual_stack(normal& random, const shape& image, std::size_t classes, const std::string& norm,
                                      place where, std::size_t depth, std::size_t width) {
  auto network = std::make_unique<chain>();
  network->add<linear>(random, image.sample(), width);
  for (std::size_t d = 0; d < depth; ++d) {
    auto f = std::make_unique<chain>(), block = std::make_unique<chain>();
    if (where == place::pre) f->add(make_norm(norm, width));
    f->add<linear>(random, width, width, std::sqrt(2.0)).add<relu>().add<linear>(random, width, width);
    block->add<residual>(std::move(f));
    if (where == place::post) block->add(make_norm(norm, width));
    network->add(std::move(block));
  }
  if (where == place::pre) network->add(make_norm(norm, width));
  network->add<linear>(random, width, classes);
  return network;
}
