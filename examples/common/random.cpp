// The generator and its distributions (random.hpp).
#include "random.hpp"

#include <cmath>
#include <numeric>
#include <utility>

std::uint64_t normal::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

double normal::uniform(double low, double high) {
  const double share = static_cast<double>((next() >> 11) + 1) / 9007199254740992.0;  // 53 bits
  return low + (high - low) * share;
}

std::size_t normal::below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

std::vector<std::size_t> normal::permutation(std::size_t count) {
  std::vector<std::size_t> out(count);
  std::iota(out.begin(), out.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i) std::swap(out[i - 1], out[below(i)]);
  return out;
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

std::vector<float> normal::many(std::size_t count, double deviation) {
  std::vector<float> out(count);
  for (float& each : out) each = static_cast<float>(deviation * (*this)());
  return out;
}
