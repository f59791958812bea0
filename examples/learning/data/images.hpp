// Labelled images to learn from: drawn here, or read from .npy files (npy.cpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tensor.hpp"

struct dataset {
  tensor images;
  std::vector<std::size_t> labels;
  std::size_t classes = 0;
};

/// `count` images of 16 x 16, one channel, eight classes: disc, ring, square, frame, triangle, plus, bar, two bars.
/// Place, size and tilt vary; so do brightness and contrast, as in photographs, and noise lies on top. The same seed
/// gives the same images.
dataset draw_shapes(std::size_t count, std::uint64_t seed);

/// The first `count` images of a file of shape [N, H, W] or [N, C, H, W] and the labels [N] of another. Whole numbers
/// or floats. Values are scaled to mean 0 and deviation 1 over the file. Throws std::runtime_error with a sentence.
dataset read_npy(const std::string& images, const std::string& labels, std::size_t count);

struct batch {
  tensor images;
  std::vector<std::size_t> labels;
};

/// The images of a set that `rows` names.
batch batch_of(const dataset& from, std::span<const std::size_t> rows);
