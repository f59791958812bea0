// The synthetic task (images.hpp): each image is a distance from an outline, made into grey values.
#include <algorithm>
#include <cmath>

#include "images.hpp"
#include "random.hpp"

namespace {

constexpr std::size_t side = 16;

// Each shape is negative inside, in units of its own size.
double disc(double x, double y) { return std::hypot(x, y) - 1; }
double square(double x, double y) { return std::max(std::fabs(x), std::fabs(y)) - 0.9; }
double triangle(double x, double y) { return std::max(0.87 * std::fabs(x) + 0.5 * y, -y) - 0.6; }
double bar(double x, double y) { return std::max(std::fabs(x) - 0.3, std::fabs(y) - 1); }
double outline(double distance) { return std::fabs(distance + 0.2) - 0.25; }

double distance(std::size_t kind, double x, double y) {
  switch (kind) {
    case 0: return disc(x, y);
    case 1: return outline(disc(x, y));
    case 2: return square(x, y);
    case 3: return outline(square(x, y));
    case 4: return triangle(x, y);
    case 5: return std::min(bar(x, y), bar(y, x));
    case 6: return bar(x, y);
    default: return std::min(bar(x - 0.65, y), bar(x + 0.65, y));
  }
}

}  // namespace

dataset draw_shapes(std::size_t count, std::uint64_t seed) {
  dataset out{tensor({count, 1, side, side}), {}, 8};
  normal random(seed);
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t kind = random.below(out.classes);
    out.labels.push_back(kind);
    const double size = random.uniform(3, 5.5), tilt = random.uniform(-0.4, 0.4);
    const double cx = random.uniform(5, 11), cy = random.uniform(5, 11);
    const double contrast = std::exp(random.uniform(-1, 1)), brightness = random();
    const double slope_x = 0.05 * random(), slope_y = 0.05 * random();
    for (std::size_t i = 0; i < side * side; ++i) {
      const double dx = static_cast<double>(i % side) + 0.5 - cx, dy = static_cast<double>(i / side) + 0.5 - cy;
      const double x = (dx * std::cos(tilt) + dy * std::sin(tilt)) / size;
      const double y = (dy * std::cos(tilt) - dx * std::sin(tilt)) / size;
      const double inside = std::clamp(0.5 - distance(kind, x, y) * size, 0.0, 1.0);
      const double grey = inside + slope_x * dx + slope_y * dy + 0.25 * random();
      out.images.sample(n)[i] = static_cast<float>(contrast * grey + brightness);
    }
  }
  return out;
}

batch batch_of(const dataset& from, std::span<const std::size_t> rows) {
  shape size = from.images.size;
  size.n = rows.size();
  batch out{tensor(size), {}};
  for (std::size_t n = 0; n < rows.size(); ++n) {
    std::copy_n(from.images.sample(rows[n]), size.sample(), out.images.sample(n));
    out.labels.push_back(from.labels[rows[n]]);
  }
  return out;
}
