// The convolution (layers.hpp) as a matrix product: the nine neighbours of each position become a column.
#include <algorithm>
#include <cmath>

#include "layers.hpp"
#include "matrix.hpp"

convolution::convolution(normal& random, std::size_t in, std::size_t out, std::size_t stride, bool bias)
    : in_(in),
      out_(out),
      stride_(stride),
      weight_(random.many(out * in * 9, std::sqrt(2.0 / static_cast<double>(in * 9)))),
      bias_(std::vector<float>(bias ? out : 0)) {}

shape convolution::out_size() const {
  return {x_.size.n, out_, (x_.size.h - 1) / stride_ + 1, (x_.size.w - 1) / stride_ + 1};
}

namespace {

// Calls copy(column, image, count) for each run of positions of one row: element i of the column is element i * stride
// of the image. Positions outside of the image are left out.
template <class Copy>
void for_each_run(const shape& in, const shape& out, std::size_t stride, const Copy& copy) {
  for (std::size_t row = 0; row < in.c * 9; ++row) {
    const std::size_t c = row / 9, ky = row / 3 % 3, kx = row % 3;
    const std::size_t first = kx == 0 ? 1 : 0;  // of the output: the first whose neighbour exists
    std::size_t last = out.w;
    while (last > first && (last - 1) * stride + kx > in.w) --last;
    for (std::size_t y = 0; y < out.h; ++y) {
      const std::size_t from = y * stride + ky;  // counted from the row of zeros above
      if (from == 0 || from > in.h || last <= first) continue;
      copy(row * out.positions() + y * out.w + first, (c * in.h + from - 1) * in.w + first * stride + kx - 1,
           last - first);
    }
  }
}

}  // namespace

void convolution::to_columns(const float* image) {
  std::fill(columns_.begin(), columns_.end(), 0.0F);
  for_each_run(x_.size, out_size(), stride_, [&](std::size_t column, std::size_t at, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) columns_[column + i] = image[at + i * stride_];
  });
}

void convolution::from_columns(float* image) const {
  for_each_run(x_.size, out_size(), stride_, [&](std::size_t column, std::size_t at, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) image[at + i * stride_] += columns_[column + i];
  });
}

tensor convolution::forward(tensor x, mode) {
  x_ = std::move(x);
  tensor y(out_size());
  const std::size_t positions = y.size.positions(), inner = in_ * 9;
  columns_.resize(inner * positions);
  for (std::size_t n = 0; n < y.size.n; ++n) {
    to_columns(x_.sample(n));
    multiply(y.sample(n), weight_.value.data(), columns_.data(), out_, inner, positions);
    if (bias_.value.empty()) continue;
    for (std::size_t i = 0; i < out_ * positions; ++i) y.sample(n)[i] += bias_.value[i / positions];
  }
  return y;
}

tensor convolution::backward(tensor dy) {
  const std::size_t positions = dy.size.positions(), inner = in_ * 9;
  std::fill(weight_.gradient.begin(), weight_.gradient.end(), 0.0F);
  std::fill(bias_.gradient.begin(), bias_.gradient.end(), 0.0F);
  tensor dx(x_.size);
  for (std::size_t n = 0; n < dy.size.n; ++n) {
    const float* d = dy.sample(n);
    to_columns(x_.sample(n));
    add_multiply_bt(weight_.gradient.data(), d, columns_.data(), out_, positions, inner);
    multiply_at(columns_.data(), weight_.value.data(), d, inner, out_, positions);
    from_columns(dx.sample(n));
    if (bias_.value.empty()) continue;
    for (std::size_t i = 0; i < out_ * positions; ++i) bias_.gradient[i / positions] += d[i];
  }
  return dx;
}

void convolution::visit(const std::function<void(parameter&)>& each) {
  each(weight_);
  if (!bias_.value.empty()) each(bias_);
}
