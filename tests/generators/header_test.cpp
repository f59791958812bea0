// The header as a manual: what stands in it, and that nothing in it depends on when or where it was written.
#include <doctest/doctest.h>

#include "layers.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

gen::request training() {
  gen::request asked;
  asked.directions = {gen::direction::train};
  return asked;
}

}  // namespace

TEST_CASE("layer norm: formula, arguments, answers, reference") {
  const std::string text = header_of(layers::layer_norm, training());
  CHECK(has(text, R"(
// layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C)
//
//   over(C)
//   center: x - mean(x)
//   scale: x * rsqrt(mean(sq(x)) + 1e-05)
//   affine(C): x * weight(C) + bias(C)
//
// Reference: Ba, Kiros and Hinton, Layer Normalization, 2016, arXiv:1607.06450, equation 3.

/// y    = (x - mean) * rstd * weight + bias
/// mean = mean(over(C), x)
/// rstd = rsqrt(mean(over(C), sq(x - mean)) + 1e-05)
///
/// y       out     [N, T, C]  may be exactly x
/// mean    out     [N, T]
/// rstd    out     [N, T]
/// x       in      [N, T, C]
/// weight  in      [C]
/// bias    in      [C]
///
/// NORMFOLD_OK          also where N or T = 0: there is nothing to write
/// NORMFOLD_EMPTY_AXIS  C = 0 while N and T are not
normfold_status layer_norm_train_f32(float* y, float* mean, float* rstd, const float* x, const float* weight,
                                     const float* bias, size_t N, size_t T, size_t C, const normfold_context* context);
)"));
}

TEST_CASE("batch norm in training says what it updates and what it refuses") {
  const std::string text = header_of(layers::batch_norm, training());
  CHECK(has(text, "/// running_mean  in-out  [C]           updated in place\n"));
  CHECK(has(text, "/// running_mean = running_mean * 0.9 + mean * 0.1\n"));
  CHECK(has(text, "/// NORMFOLD_ONE_ELEMENT  N * H * W = 1: its unbiased variance does not exist\n"));
  const auto kept_biased = layer<"bn">(N, C) | over(N) | center | scale | running(momentum = 0.1, biased);
  CHECK_FALSE(has(header_of(kept_biased, training()), "NORMFOLD_ONE_ELEMENT"));
}

TEST_CASE("shapes are in memory order, with groups resolved to axes") {
  gen::request asked = training();
  asked.orders = {"NHWC"};
  const std::string text = header_of(layers::group_norm, asked);
  CHECK(has(text, "/// x       in      [N, H, W, C]\n"));
  CHECK(has(text, "/// mean    out     [N, G]\n"));
  CHECK(has(text, "/// weight  in      [C]\n"));
  CHECK(has(text, "/// NORMFOLD_NOT_DIVISIBLE  C is not a multiple of G, or G = 0\n"));
  CHECK(has(header_of(layer<"g">(N, C, T) | over(C / 8, T) | center),
            "/// NORMFOLD_NOT_DIVISIBLE  C is not a multiple of 8\n"));
  CHECK(has(header_of(layer<"r">(T, C(64)) | over(C) | scale), "/// x  in      [T, 64]\n"));
  CHECK(has(header_of(layers::dyt), "/// alpha   in      scalar\n"));
}

TEST_CASE("an operand of the same shape may be overwritten") {
  const std::string text = header_of(layers::add_rms_norm);
  CHECK(has(text, "/// sum       out     [T, C]  may be exactly x or residual\n"));
  CHECK(has(text, "/// sum  = residual + x\n"));
}

TEST_CASE("a reference stands only where the formula is the paper's") {
  CHECK(has(header_of(layer<"rms_norm">(T, C) | over(C) | scale(eps = 1e-3) | gain(C)),
            "// Reference: Zhang and Sennrich"));
  CHECK(has(header_of(layer<"group_norm">(N, C, H, W) | over(C / 4, H, W) | center | scale | affine(C)),
            "// Reference: Wu and He"));
  CHECK_FALSE(has(header_of(layer<"rms_norm">(T, C) | over(C) | center | scale | gain(C)), "Reference:"));
  CHECK_FALSE(has(header_of(layer<"rms_norm">(T, C) | over(T) | scale | gain(C)), "Reference:"));
  CHECK_FALSE(has(header_of(layer<"my_norm">(T, C) | over(C) | scale | gain(C)), "Reference:"));
}

TEST_CASE("functions that differ in their type alone share one text") {
  gen::request asked;
  asked.types = {gen::element::f32, gen::element::f64, gen::element::bf16, gen::element::f16};
  const std::string text = header_of(layers::rms_norm, asked);
  CHECK(text.find("/// y ") == text.rfind("/// y    = "));
  for (const char* name : {"rms_norm_f32(", "rms_norm_f64(", "rms_norm_bf16(", "rms_norm_f16("}) CHECK(has(text, name));
}

TEST_CASE("the same request writes the same text") {
  gen::request asked;
  asked.name = "all_of_them";
  asked.directions = {gen::direction::infer, gen::direction::train};
  const gen::library one = gen::make_library(asked, ready_made_graphs());
  const gen::library two = gen::make_library(asked, ready_made_graphs());
  CHECK(gen::header_text(one) == gen::header_text(two));
  CHECK(gen::table_text(one, "highway") == gen::table_text(two, "highway"));
  CHECK(has(gen::header_text(one), "#ifndef NORMFOLD_ALL_OF_THEM_H_\n"));
}
