// The ready-made layers, each the line its paper would write. To add one: its line here and its name in
// `with_ready_made`. Not part of dsl.hpp, since a layers file names its own: include it for `layers::layer_norm`.
#pragma once

#include "layer.hpp"

namespace normfold::layers {

using namespace axes;

// Ioffe and Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2. `infer` takes the running statistics as arguments.
inline constexpr auto batch_norm =
    layer<"batch_norm">(N, C, H, W) | over(N, H, W) | center | scale | affine(C) | running(momentum = 0.1);

// Ba, Kiros and Hinton 2016, arXiv:1607.06450, equation 3.
inline constexpr auto layer_norm = layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C);

// The same over a whole image, a weight for each element.
inline constexpr auto layer_norm_chw =
    layer<"layer_norm_chw">(N, C, H, W) | over(C, H, W) | center | scale | affine(C, H, W);

// Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022.
inline constexpr auto instance_norm = layer<"instance_norm">(N, C, H, W) | over(H, W) | center | scale | affine(C);

// Wu and He 2018, arXiv:1803.08494, equation 7. G is an argument; C / 32 would fix it.
inline constexpr auto group_norm = layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C);

// Zhang and Sennrich 2019, arXiv:1910.07467, equation 4, and the pRMSNorm of the same paper.
inline constexpr auto rms_norm = layer<"rms_norm">(T, C) | over(C) | scale(eps = 1e-6) | gain(C);
inline constexpr auto p_rms_norm = layer<"p_rms_norm">(T, C) | over(first(6.25_percent, C)) | scale | gain(C);

// The same without its gain, as on queries and keys.
inline constexpr auto plain_rms_norm = layer<"plain_rms_norm">(T, C) | over(C) | scale(eps = 1e-6);

// Gemma Team 2024, arXiv:2403.08295: RMSNorm whose weight is an offset from one.
inline constexpr auto gemma_rms_norm =
    layer<"gemma_rms_norm">(T, C) | over(C) | scale(eps = 1e-6) | gain(1 + weight(C));

// Residual connection and RMSNorm in one, as in pre-norm transformers: the sum is an output too.
inline constexpr auto add_rms_norm =
    layer<"add_rms_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale(eps = 1e-6) | gain(C);

// Dao and Gu 2024, arXiv:2405.21060 (Mamba-2): RMSNorm, then a gate.
inline constexpr auto gated_rms_norm =
    layer<"gated_rms_norm">(T, C) | over(C) | scale | gain(C) | gain(silu(operand<"gate">));

// Peebles and Xie 2023, arXiv:2212.09748 (adaLN): scale and shift for each sample.
inline constexpr auto ada_layer_norm =
    layer<"ada_layer_norm">(N, T, C) | over(C) | center | scale(eps = 1e-6) | gain(1 + weight(N, C)) | add(bias(N, C));

// Nguyen and Salazar 2019, arXiv:1910.05895: one weight for the whole row.
inline constexpr auto scale_norm =
    layer<"scale_norm">(T, C) | over(C) | [](auto x) { return x / max(sqrt(sum(sq(x))), 1e-5); } | gain();

// Rows of length one; a row of zeros stays zero.
inline constexpr auto l2_norm =
    layer<"l2_norm">(T, C) | over(C) | [](auto x) { return x / max(sqrt(sum(sq(x))), 1e-12); };

// Karras et al. 2018, arXiv:1710.10196, section 4.2.
inline constexpr auto pixel_norm = layer<"pixel_norm">(N, C, H, W) | over(C) | scale(eps = 1e-8);

// Singh and Krishnan 2020, arXiv:1911.09737: filter response norm and its thresholded linear unit.
inline constexpr auto frn =
    layer<"frn">(N, C, H, W) | over(H, W) | scale(eps = 1e-6) | affine(C) | at_least(param<"tau">(C));

// Woo et al. 2023, arXiv:2301.00808, algorithm 1 (ConvNeXt V2): global response norm.
inline constexpr auto grn = layer<"grn">(N, C, H, W) | over(H, W) | [](auto x) {
  auto length = sqrt(sum(sq(x)));
  return x * (length / (mean(over(C), length) + 1e-6)) * weight(C) + bias(C) + x;
};

// Zhu et al. 2025, arXiv:2503.10622, section 4: dynamic tanh.
inline constexpr auto dyt = layer<"dyt">(T, C) | [](auto x) { return tanh(param<"alpha">() * x); } | affine(C);

// Chen et al. 2025, arXiv:2512.10938: dynamic erf.
inline constexpr auto derf =
    layer<"derf">(T, C) | [](auto x) { return erf(param<"alpha">() * x + param<"shift">()); } | affine(C);

// Zhuo et al. 2025, arXiv:2411.03884, PolyNorm of order three.
inline constexpr auto poly_norm = layer<"poly_norm">(T, C) | over(C) | [](auto x) {
  auto unit = scale(eps = 1e-6);
  return param<"a1">() * unit(x) + param<"a2">() * unit(sq(x)) + param<"a3">() * unit(x * sq(x)) + bias();
};

// Each row spread over 0 to 1; a constant row is zero.
inline constexpr auto min_max_norm =
    layer<"min_max_norm">(T, C) | over(C) | [](auto x) { return (x - min(x)) / max(max(x) - min(x), 1e-12); };

// Each row spread over -1 to 1.
inline constexpr auto max_abs_norm =
    layer<"max_abs_norm">(T, C) | over(C) | [](auto x) { return x / max(absmax(x), 1e-12); };

// Bridle 1990. The largest value is taken off, so that nothing overflows.
inline constexpr auto softmax = layer<"softmax">(T, C) | over(C) | [](auto x) {
  auto e = exp(x - max(x));
  return e / sum(e);
};

/// Calls a function once with all of them.
template <class Function>
constexpr decltype(auto) with_ready_made(Function&& function) {
  return function(batch_norm, layer_norm, instance_norm, group_norm, rms_norm, p_rms_norm, layer_norm_chw,
                  gemma_rms_norm, plain_rms_norm, add_rms_norm, gated_rms_norm, ada_layer_norm, scale_norm, l2_norm,
                  pixel_norm, frn, grn, dyt, derf, poly_norm, min_max_norm, max_abs_norm, softmax);
}

/// Calls a function with each of them in turn.
template <class Function>
constexpr void for_each_ready_made(Function&& function) {
  with_ready_made([&function](const auto&... each) { (function(each), ...); });
}

}  // namespace normfold::layers
