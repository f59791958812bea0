// What ten layers cost the compiler: instantiations.py counts, against the limit it holds.
#include <normfold/dsl.hpp>
using namespace normfold;
using namespace normfold::axes;

constexpr auto layer_norm = layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C);
constexpr auto batch_norm = layer<"batch_norm">(N, C, H, W) | over(N, H, W) | center | scale | affine(C);
constexpr auto instance_norm = layer<"instance_norm">(N, C, H, W) | over(H, W) | center | scale | affine(C);
constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);
constexpr auto rms_norm = layer<"rms_norm">(T, C) | over(C) | scale(eps = 1e-6) | gain(C);
constexpr auto p_rms_norm = layer<"p_rms_norm">(T, C) | over(first(6.25_percent, C)) | scale | gain(C);
constexpr auto gemma_rms_norm = layer<"gemma_rms_norm">(T, C) | over(C) | scale | gain(1 + weight(C));
constexpr auto add_rms_norm =
    layer<"add_rms_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale | gain(C);
constexpr auto dyt = layer<"dyt">(T, C) | [](auto x) { return tanh(param<"alpha">() * x); } | affine(C);
constexpr auto softmax = layer<"softmax">(T, C) | over(C) | [](auto x) {
  auto e = exp(x - max(x));
  return e / sum(e);
};
