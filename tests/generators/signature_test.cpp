// The C functions: names, order and types of arguments, workspaces.
#include "signature.hpp"

#include <doctest/doctest.h>

#include "declaration.hpp"
#include "layers.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;
using gen::element;

namespace {

/// The declaration in one line.
std::string flat(const gen::signature& s) {
  std::string out;
  for (char c : gen::declaration(s, s.name))
    if (c != '\n' && (c != ' ' || out.back() != ' ')) out += c;
    else if (c == '\n' && out.back() != ' ') out += ' ';
  return out;
}

gen::request of(element type, gen::direction what = gen::direction::infer) {
  gen::request asked;
  asked.types = {type};
  asked.directions = {what};
  return asked;
}

}  // namespace

TEST_CASE("layer norm") {
  CHECK(flat(function_of(layers::layer_norm)) ==
        "normfold_status layer_norm_f32(float* y, const float* x, const float* weight, const float* bias, size_t N, "
        "size_t T, "
        "size_t C, const normfold_context* context)");
}

TEST_CASE("statistics of 16-bit training are floats, of double training doubles") {
  CHECK(flat(function_of(layers::layer_norm, of(element::bf16, gen::direction::train))) ==
        "normfold_status layer_norm_train_bf16(normfold_bf16* y, float* mean, float* rstd, const normfold_bf16* x, "
        "const normfold_bf16* weight, const normfold_bf16* bias, size_t N, size_t T, size_t C, const normfold_context* "
        "context)");
  CHECK(flat(function_of(layers::rms_norm, of(element::f64, gen::direction::train))) ==
        "normfold_status rms_norm_train_f64(double* y, double* rstd, const double* x, const double* weight, size_t T, "
        "size_t C, "
        "const normfold_context* context)");
}

TEST_CASE("parameters may stay float") {
  gen::request asked = of(element::f16);
  asked.params_f32 = true;
  CHECK(flat(function_of(layers::rms_norm, asked)) ==
        "normfold_status rms_norm_f16(normfold_f16* y, const normfold_f16* x, const float* weight, size_t T, size_t C, "
        "const normfold_context* context)");
}

TEST_CASE("running statistics are inputs, and in training updated") {
  CHECK(flat(function_of(layers::batch_norm)) ==
        "normfold_status batch_norm_f32(float* y, const float* x, const float* running_mean, const float* running_var, "
        "const float* weight, const float* bias, size_t N, size_t C, size_t H, size_t W, const normfold_context* "
        "context)");
  CHECK(flat(function_of(layers::batch_norm, of(element::f32, gen::direction::train))) ==
        "normfold_status batch_norm_train_f32(float* y, float* mean, float* rstd, float* running_mean, float* "
        "running_var, "
        "const float* x, const float* weight, const float* bias, size_t N, size_t C, size_t H, size_t W, "
        "const normfold_context* context)");
  CHECK(flat(function_of(layers::batch_norm, of(element::f32, gen::direction::backward_frozen)))
            .find("const float* running_mean, const float* running_var, const float* weight, size_t N") !=
        std::string::npos);
  const auto cumulative = layer<"bn">(N, C) | over(N) | center | scale | running(average);
  CHECK(flat(function_of(cumulative, of(element::f32, gen::direction::train)))
            .find("float* running_var, uint64_t* batches, const float* x") != std::string::npos);
}

TEST_CASE("extents in the layer's order, whatever the memory order; groups behind them; fixed ones are left out") {
  gen::request asked;
  asked.orders = {"NHWC"};
  const gen::signature nhwc = function_of(layers::group_norm, asked);
  CHECK(nhwc.name == "group_norm_f32_NHWC");
  CHECK(flat(nhwc).find("size_t N, size_t C, size_t H, size_t W, size_t G, const") != std::string::npos);
  CHECK(
      flat(function_of(layer<"gn">(N, C, T) | over(C / 32, T) | center)).find("size_t N, size_t C, size_t T, const") !=
      std::string::npos);
  CHECK(flat(function_of(layer<"rms">(T, C(4096)) | over(C) | scale)).find("size_t T, const normfold_context") !=
        std::string::npos);
}

TEST_CASE("strides of the outer axes of every full tensor") {
  gen::request asked;
  asked.strided = true;
  const auto with_rows = layer<"rms">(N, T, C) | add(operand<"r">) | over(C) | scale | gain(C);
  CHECK(flat(function_of(with_rows, asked))
            .find("size_t C, size_t y_stride_N, size_t y_stride_T, size_t x_stride_N, size_t x_stride_T, "
                  "size_t r_stride_N, size_t r_stride_T, const") != std::string::npos);
}

TEST_CASE("an order that fits no layer is a mistake") {
  gen::request asked;
  for (const char* order : {"NHWK", "NCH", "NNCH", "N.C", "NCHWT"}) {
    asked.orders = {order};
    CAPTURE(order);
    CHECK_THROWS_AS(function_of(layers::group_norm, asked), gen::user_error);
  }
}

TEST_CASE("no line of a declaration is longer than 118 columns") {
  gen::request asked;
  asked.types = {element::f32, element::bf16};
  asked.directions = {gen::direction::infer, gen::direction::train};
  asked.strided = true;
  for (const gen::signature& s : gen::make_library(asked, ready_made_graphs()).functions) {
    const std::string text = gen::declaration(s, s.name);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      CHECK(end - at <= 118);
      at = end + 1;
    }
  }
}
