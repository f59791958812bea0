// One layer of a network. A new kind is one class with these three functions; norms.hpp has those of Normfold,
// layers.hpp the others.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tensor.hpp"

/// What training changes, and the gradient of the loss that the last backward() wrote.
struct parameter {
  std::vector<float> value, gradient;

  parameter() = default;
  explicit parameter(std::vector<float> start) : value(std::move(start)), gradient(value.size()) {}
};

enum class mode { train, infer };

class module {
 public:
  module() = default;
  virtual ~module() = default;
  module(const module&) = delete;
  module& operator=(const module&) = delete;

  /// In mode::train it keeps what backward() needs.
  virtual tensor forward(tensor x, mode how) = 0;

  /// From the gradient of the loss by what forward() returned to that by its x. Overwrites the parameters' gradients.
  virtual tensor backward(tensor dy) = 0;

  virtual void visit(const std::function<void(parameter&)>&) {}
};

using layer_ptr = std::unique_ptr<module>;

/// Layers one behind the other.
class chain : public module {
 public:
  template <class Layer, class... Arguments>
  chain& add(Arguments&&... arguments) {
    return add(std::make_unique<Layer>(std::forward<Arguments>(arguments)...));
  }
  chain& add(layer_ptr layer) {
    if (layer) layers_.push_back(std::move(layer));
    return *this;
  }

  tensor forward(tensor x, mode how) override {
    for (const layer_ptr& each : layers_) x = each->forward(std::move(x), how);
    return x;
  }
  tensor backward(tensor dy) override {
    for (auto each = layers_.rbegin(); each != layers_.rend(); ++each) dy = (*each)->backward(std::move(dy));
    return dy;
  }
  void visit(const std::function<void(parameter&)>& each_parameter) override {
    for (const layer_ptr& each : layers_) each->visit(each_parameter);
  }

  [[nodiscard]] const std::vector<layer_ptr>& layers() const { return layers_; }

 private:
  std::vector<layer_ptr> layers_;
};
