// Papers of the ready-made layers. To add one: its row in `papers`. A row holds for a layer of that name only while its
// formula is the one that the row says, whatever its numbers are.
#include "references.hpp"

#include <cctype>
#include <functional>
#include <string_view>

#include "formula.hpp"
#include "ops.hpp"

namespace normfold::gen {
namespace {

struct paper {
  std::string_view layer;
  std::string_view formula;
  std::string_view over;
  std::string_view text;
};

constexpr std::string_view standardized = "(x - mean(x)) * rsqrt(mean(sq(x - mean(x))) + #) * weight + bias";
constexpr std::string_view over_rms = "x * rsqrt(mean(sq(x)) + #) * weight";

const paper papers[] = {
    {"batch_norm", standardized, "N, H, W",
     "Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift, "
     "2015, "
     "arXiv:1502.03167, algorithm 1 (train) and algorithm 2 (infer)."},
    {"layer_norm", standardized, "C", "Ba, Kiros and Hinton, Layer Normalization, 2016, arXiv:1607.06450, equation 3."},
    {"layer_norm_chw", standardized, "C, H, W",
     "Ba, Kiros and Hinton, Layer Normalization, 2016, arXiv:1607.06450, equation 3."},
    {"instance_norm", standardized, "H, W",
     "Ulyanov, Vedaldi and Lempitsky, Instance Normalization: The Missing Ingredient for Fast Stylization, 2016, "
     "arXiv:1607.08022."},
    {"group_norm", standardized, "C/G, H, W", "Wu and He, Group Normalization, 2018, arXiv:1803.08494, equation 7."},
    {"group_norm", standardized, "C/#, H, W", "Wu and He, Group Normalization, 2018, arXiv:1803.08494, equation 7."},
    {"rms_norm", over_rms, "C",
     "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, equation 4."},
    {"p_rms_norm", over_rms, "first of C",
     "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, pRMSNorm."},
    {"plain_rms_norm", "x * rsqrt(mean(sq(x)) + #)", "C",
     "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, equation 4 without its gain."},
    {"gemma_rms_norm", "x * rsqrt(mean(sq(x)) + #) * (weight + #)", "C",
     "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, equation 4, the gain written "
     "as an "
     "offset from one as in Gemma, 2024, arXiv:2403.08295."},
    {"add_rms_norm", "(residual + x) * rsqrt(mean(sq(residual + x)) + #) * weight", "C",
     "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, equation 4, of a residual "
     "sum."},
    {"gated_rms_norm", "sigmoid(gate) * gate * x * rsqrt(mean(sq(x)) + #) * weight", "C",
     "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467, equation 4, times a gate."},
    {"ada_layer_norm", "(x - mean(x)) * rsqrt(mean(sq(x - mean(x))) + #) * (weight + #) + bias", "C",
     "Peebles and Xie, Scalable Diffusion Models with Transformers, 2023, arXiv:2212.09748 (adaLN)."},
    {"scale_norm", "x * (# / max(sqrt(sum(sq(x))), #)) * weight", "C",
     "Nguyen and Salazar, Transformers without Tears: Improving the Normalization of Self-Attention, 2019, "
     "arXiv:1910.05895."},
    {"pixel_norm", "x * rsqrt(mean(sq(x)) + #)", "C",
     "Karras, Aila, Laine and Lehtinen, Progressive Growing of GANs for Improved Quality, Stability, and Variation, "
     "2018, "
     "arXiv:1710.10196, section 4.2."},
    {"frn", "max(x * rsqrt(mean(sq(x)) + #) * weight + bias, tau)", "H, W",
     "Singh and Krishnan, Filter Response Normalization Layer: Eliminating Batch Dependence in the Training of Deep "
     "Neural "
     "Networks, 2020, arXiv:1911.09737."},
    {"grn", "x * sqrt(sum(sq(x))) * (# / (mean(sqrt(sum(sq(x)))) + #)) * weight + bias + x", "C, H, W",
     "Woo et al., ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders, 2023, arXiv:2301.00808, "
     "algorithm 1."},
    {"dyt", "tanh(x * alpha) * weight + bias", "",
     "Zhu, Chen, He, LeCun and Liu, Transformers without Normalization, 2025, arXiv:2503.10622, section 4."},
    {"derf", "erf(x * alpha + shift) * weight + bias", "",
     "Chen et al., Stronger Normalization-Free Transformers, 2025, arXiv:2512.10938."},
    {"poly_norm",
     "x * rsqrt(mean(sq(x)) + #) * a1 + sq(x) * rsqrt(mean(sq(sq(x))) + #) * a2 + sq(x) * x * rsqrt(mean(sq(sq(x) * "
     "x)) + #) * a3 + "
     "bias",
     "C",
     "Zhuo et al., Polynomial Composition Activations: Unleashing the Dynamics of Large Language Models, 2024, "
     "arXiv:2411.03884."},
    {"softmax", "exp(x - max(x)) * (# / sum(exp(x - max(x))))", "C",
     "Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships to "
     "Statistical Pattern "
     "Recognition, 1990."},
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

// Every number becomes a #, so that 1e-05 and 1e-06 are one formula.
std::string without_numbers(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && (is_word(text[end]) || (end > i && text[end - 1] == 'e' &&
                                                        std::isdigit(static_cast<unsigned char>(text[i])) != 0)))
      ++end;
    if (end == i) ++end;
    out += std::isdigit(static_cast<unsigned char>(text[i])) != 0 ? "#" : text.substr(i, end - i);
    i = end;
  }
  return out;
}

std::string reduced_axes(const ir::graph& g) {
  ir::atom_set over = 0;
  bool part = false;
  for (const ir::node& n : g.nodes)
    if (is_reduction(n.op)) over |= n.over, part = part || n.first;
  return (part ? "first of " : "") + without_numbers(atoms_text(g, over));
}

}  // namespace

std::string reference_of(const ir::graph& g) {
  const std::function<std::string(int)> written_out = [](int) { return std::string(); };
  const std::string formula_of_y = without_numbers(formula(g, g.names[0].node, written_out));
  const std::string over = reduced_axes(g);
  for (const paper& p : papers)
    if (p.layer == g.name && p.formula == formula_of_y && p.over == over) return std::string(p.text);
  return "";
}

}  // namespace normfold::gen
