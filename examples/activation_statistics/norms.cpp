// Calls of the generated functions (norms.hpp). Parameters are as at the start of training: weight 1, bias 0.
#include "norms.hpp"

#include <cstdio>
#include <cstdlib>

#include "act_norms.h"

namespace {

const tensor ones(width, 1), zeros(width, 0);

void check(const char* function, normfold_status status) {
  if (status == NORMFOLD_OK) return;
  std::fprintf(stderr, "%s: %s\n", function, normfold_status_text(status));
  std::exit(1);
}

// A fully connected layer has 64 channels of one position each. InstanceNorm would normalize each activation by itself
// there and leave nothing, so it sees them as 8 channels of 8 positions.
constexpr std::size_t C = width, L = 1, image_C = 8, image_L = 8, G = 4;

}  // namespace

const std::vector<norm>& norms() {
  static const std::vector<norm> list = {
      {"none", "", [](tensor&) {}},
      {"BN", "",
       [](tensor& x) {
         check("batch_norm_f32", batch_norm_f32(x.data(), x.data(), ones.data(), zeros.data(), batch, C, L, nullptr));
       }},
      {"LN", "",
       [](tensor& x) {
         check("layer_norm_f32", layer_norm_f32(x.data(), x.data(), ones.data(), zeros.data(), batch, C, L, nullptr));
       }},
      {"IN", "8 x 8",
       [](tensor& x) {
         check("instance_norm_f32",
               instance_norm_f32(x.data(), x.data(), ones.data(), zeros.data(), batch, image_C, image_L, nullptr));
       }},
      {"GN", "4 groups",
       [](tensor& x) {
         check("group_norm_f32",
               group_norm_f32(x.data(), x.data(), ones.data(), zeros.data(), batch, C, L, G, nullptr));
       }},
      {"RMS", "",
       [](tensor& x) { check("rms_norm_f32", rms_norm_f32(x.data(), x.data(), ones.data(), batch, C, L, nullptr)); }},
      {"pRMS", "first 4 of 64",
       [](tensor& x) {
         check("p_rms_norm_f32", p_rms_norm_f32(x.data(), x.data(), ones.data(), batch, C, L, nullptr));
       }},
  };
  return list;
}

void post_norm(tensor& x, const tensor& branch) {
  check("post_norm_f32",
        post_norm_f32(x.data(), x.data(), branch.data(), ones.data(), zeros.data(), batch, width, nullptr));
}

tensor pre_norm(tensor& x, const tensor& branch) {
  tensor normed(x.size());
  check("pre_norm_f32", pre_norm_f32(normed.data(), x.data(), x.data(), branch.data(), ones.data(), zeros.data(), batch,
                                     width, nullptr));
  return normed;
}
