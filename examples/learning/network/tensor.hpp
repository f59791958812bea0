// Values with their shape: n samples of c channels of h x w positions, dense, the last axis innermost. A fully
// connected layer's activations are n rows of c values, h = w = 1.
#pragma once

#include <cstddef>
#include <vector>

struct shape {
  std::size_t n = 0, c = 0, h = 1, w = 1;

  [[nodiscard]] std::size_t positions() const { return h * w; }
  [[nodiscard]] std::size_t sample() const { return c * h * w; }
  [[nodiscard]] std::size_t count() const { return n * sample(); }
};

struct tensor {
  shape size;
  std::vector<float> values;

  tensor() = default;
  explicit tensor(shape s) : size(s), values(s.count()) {}

  [[nodiscard]] float* data() { return values.data(); }
  [[nodiscard]] const float* data() const { return values.data(); }
  [[nodiscard]] float* sample(std::size_t n) { return values.data() + n * size.sample(); }
  [[nodiscard]] const float* sample(std::size_t n) const { return values.data() + n * size.sample(); }
};
