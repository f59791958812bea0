// The two networks that the programs train, with any norm of norms.hpp in them.
#pragma once

#include <memory>
#include <string>

#include "module.hpp"
#include "random.hpp"

/// Four convolutions of 8, 16, 32 and 32 channels, each behind the first halves the image; a norm and ReLU behind each;
/// the mean of each channel; one fully connected layer. An image of 16 x 16 is 2 x 2 at the end.
std::unique_ptr<chain> image_network(normal& random, const shape& image, std::size_t classes, const std::string& norm);

/// Where the norm of a residual block x + f(x) stands.
enum class place {
  pre,  ///< x + f(norm(x)), and one more norm behind the last block
  post  ///< norm(x + f(x))
};

/// A fully connected layer to rows of `width`, `depth` residual blocks with f(x) = relu(x U) V, and a fully connected
/// layer to the classes. Each block is one layer of the chain.
std::unique_ptr<chain> residual_stack(normal& random, const shape& image, std::size_t classes, const std::string& norm,
                                      place where, std::size_t depth, std::size_t width);
