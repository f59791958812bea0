// Plain loops (network.hpp): the norms are what this example is about.
#include "network.hpp"

#include <algorithm>
#include <cmath>

tensor product(const tensor& a, const tensor& b, std::size_t rows, std::size_t inner, std::size_t columns) {
  tensor out(rows * columns);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < inner; ++i) {
      const float factor = a[r * inner + i];
      if (factor == 0) continue;  // ReLU leaves many of them
      for (std::size_t c = 0; c < columns; ++c) out[r * columns + c] += factor * b[i * columns + c];
    }
  }
  return out;
}

void relu(tensor& x) {
  for (float& each : x) each = std::max(each, 0.0F);
}

void add(tensor& x, const tensor& other) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += other[i];
}

double deviation(const tensor& x) {
  double sum = 0, squares = 0;
  const auto count = static_cast<double>(x.size());
  for (const float each : x) sum += each;
  for (const float each : x) squares += (each - sum / count) * (each - sum / count);
  return std::sqrt(squares / count);
}
