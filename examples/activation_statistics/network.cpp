// Plain loops (network.hpp): the norms are what this example is about.
#include "network.hpp"

#include <algorithm>
#include <cmath>

double normal::uniform() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  z ^= z >> 31;
  return static_cast<double>((z >> 11) + 1) / 9007199254740992.0;  // 53 bits
}

double normal::operator()() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2 * std::log(uniform())), angle = 6.283185307179586 * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

tensor normal::many(std::size_t count, double deviation) {
  tensor out(count);
  for (float& each : out) each = static_cast<float>(deviation * (*this)());
  return out;
}

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
