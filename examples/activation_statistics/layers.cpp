// The one specification: six norms and two residual steps. Kernels are generated from it, and so is the picture of
// which elements share statistics (`act_norms_layers --sharing <file.svg>`). A new norm is one line here and one in
// norms.cpp.
#include <normfold/generate.hpp>
#include <string_view>

#include "sharing.hpp"

using namespace normfold;
using namespace normfold::axes;

// Activations are N samples of C channels of L positions each. An axis is any named type.
inline constexpr struct L_ : axis<"L"> {
} L;

constexpr auto batch_norm = layer<"batch_norm">(N, C, L) | over(N, L) | center | scale | affine(C);
constexpr auto layer_norm = layer<"layer_norm">(N, C, L) | over(C, L) | center | scale | affine(C);
constexpr auto instance_norm = layer<"instance_norm">(N, C, L) | over(L) | center | scale | affine(C);
constexpr auto group_norm = layer<"group_norm">(N, C, L) | over(C / G, L) | center | scale | affine(C);
constexpr auto rms_norm = layer<"rms_norm">(N, C, L) | over(C, L) | scale | gain(C);
constexpr auto p_rms_norm = layer<"p_rms_norm">(N, C, L) | over(first(6.25_percent, C), L) | scale | gain(C);

// Transformers put LayerNorm behind the residual sum, or in front of the next branch and keep the sum.
constexpr auto post_norm = layer<"post_norm">(N, C) | add(operand<"branch">) | over(C) | center | scale | affine(C);
constexpr auto pre_norm =
    layer<"pre_norm">(N, C) | add(operand<"branch">) | output<"sum"> | over(C) | center | scale | affine(C);

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--sharing") {
    return draw_sharing(argv[2], {lower(batch_norm), lower(layer_norm), lower(instance_norm), lower(group_norm),
                                  lower(rms_norm), lower(p_rms_norm)});
  }
  return normfold::generate(argc, argv, batch_norm, layer_norm, instance_norm, group_norm, rms_norm, p_rms_norm,
                            post_norm, pre_norm);
}
