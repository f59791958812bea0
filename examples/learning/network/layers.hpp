// The layers of a network besides norms: convolution, fully connected, ReLU, mean over positions, residual sum.
#pragma once

#include "module.hpp"
#include "random.hpp"

/// 3 x 3, one position of zeros around, every stride-th position. Weights start with variance 2 / inputs (He et al.
/// 2015, arXiv:1502.01852). No bias where a norm follows that has one.
class convolution : public module {
 public:
  convolution(normal& random, std::size_t in, std::size_t out, std::size_t stride, bool bias = true);

  tensor forward(tensor x, mode how) override;
  tensor backward(tensor dy) override;
  void visit(const std::function<void(parameter&)>& each) override;

 private:
  [[nodiscard]] shape out_size() const;
  void to_columns(const float* image);
  void from_columns(float* image) const;

  std::size_t in_, out_, stride_;
  parameter weight_, bias_;  // [out, in * 9] and [out] or empty
  tensor x_;
  std::vector<float> columns_;  // [in * 9, positions of the output], of one sample
};

/// y = x W + bias on rows. An image is a row of all of its values.
class linear : public module {
 public:
  /// `deviation` of a weight at the start is gain / sqrt(in).
  linear(normal& random, std::size_t in, std::size_t out, double gain = 1, bool bias = true);

  tensor forward(tensor x, mode how) override;
  tensor backward(tensor dy) override;
  void visit(const std::function<void(parameter&)>& each) override;

 private:
  std::size_t in_, out_;
  parameter weight_, bias_;  // [in, out] and [out] or empty
  tensor x_;
};

class relu : public module {
 public:
  tensor forward(tensor x, mode how) override;
  tensor backward(tensor dy) override;

 private:
  tensor y_;
};

/// The mean of each channel over its positions.
class mean_pool : public module {
 public:
  tensor forward(tensor x, mode how) override;
  tensor backward(tensor dy) override;

 private:
  shape size_;
};

/// y = x + f(x)
class residual : public module {
 public:
  explicit residual(layer_ptr f) : f_(std::move(f)) {}

  tensor forward(tensor x, mode how) override;
  tensor backward(tensor dy) override;
  void visit(const std::function<void(parameter&)>& each) override { f_->visit(each); }

 private:
  layer_ptr f_;
};
