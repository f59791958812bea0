// Fully connected, ReLU, mean and residual sum (layers.hpp); convolution.cpp has the convolution.
#include "layers.hpp"

#include <algorithm>
#include <cmath>

#include "matrix.hpp"

linear::linear(normal& random, std::size_t in, std::size_t out, double gain, bool bias)
    : in_(in),
      out_(out),
      weight_(random.many(in * out, gain / std::sqrt(static_cast<double>(in)))),
      bias_(std::vector<float>(bias ? out : 0)) {}

tensor linear::forward(tensor x, mode how) {
  tensor y({x.size.n, out_});
  multiply(y.data(), x.data(), weight_.value.data(), x.size.n, in_, out_);
  if (!bias_.value.empty())
    for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += bias_.value[i % out_];
  if (how == mode::train) x_ = std::move(x);
  return y;
}

tensor linear::backward(tensor dy) {
  const std::size_t n = dy.size.n;
  multiply_at(weight_.gradient.data(), x_.data(), dy.data(), in_, n, out_);
  if (!bias_.value.empty()) {
    std::fill(bias_.gradient.begin(), bias_.gradient.end(), 0.0F);
    for (std::size_t i = 0; i < dy.values.size(); ++i) bias_.gradient[i % out_] += dy.values[i];
  }
  tensor dx(x_.size);
  std::fill(dx.values.begin(), dx.values.end(), 0.0F);
  add_multiply_bt(dx.data(), dy.data(), weight_.value.data(), n, out_, in_);
  return dx;
}

void linear::visit(const std::function<void(parameter&)>& each) {
  each(weight_);
  if (!bias_.value.empty()) each(bias_);
}

tensor relu::forward(tensor x, mode how) {
  for (float& each : x.values) each = std::max(each, 0.0F);
  if (how == mode::train) y_ = x;
  return x;
}

tensor relu::backward(tensor dy) {
  for (std::size_t i = 0; i < dy.values.size(); ++i) dy.values[i] = y_.values[i] > 0 ? dy.values[i] : 0.0F;
  return dy;
}

tensor mean_pool::forward(tensor x, mode) {
  size_ = x.size;
  tensor y({size_.n, size_.c});
  const std::size_t positions = size_.positions();
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    float sum = 0;
    for (std::size_t p = 0; p < positions; ++p) sum += x.values[i * positions + p];
    y.values[i] = sum / static_cast<float>(positions);
  }
  return y;
}

tensor mean_pool::backward(tensor dy) {
  tensor dx(size_);
  const std::size_t positions = size_.positions();
  for (std::size_t i = 0; i < dx.values.size(); ++i)
    dx.values[i] = dy.values[i / positions] / static_cast<float>(positions);
  return dx;
}

tensor residual::forward(tensor x, mode how) {
  tensor y = f_->forward(x, how);
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += x.values[i];
  return y;
}

tensor residual::backward(tensor dy) {
  tensor dx = f_->backward(dy);
  for (std::size_t i = 0; i < dx.values.size(); ++i) dx.values[i] += dy.values[i];
  return dx;
}
