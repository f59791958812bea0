// Layers printed back in their own language.
#include <doctest/doctest.h>

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

using namespace normfold;
using namespace normfold::axes;

namespace {

/// The one formula of a layer as describe() prints it.
template <class Formula>
std::string printed(Formula formula) {
  const std::string text = source(layer<"l">(N, C) | over(C) | formula);
  const std::string before = "layer<\"l\">(N, C) | over(C) | [](auto x) { return ";
  REQUIRE(text.starts_with(before));
  return text.substr(before.size(), text.size() - before.size() - 3);
}

TEST_CASE("a layer is printed a line a step") {
  CHECK(describe(layers::rms_norm) ==
        "layer<\"rms_norm\">(T, C)\n"
        "  over(C)\n"
        "  scale(eps = 1e-06): x * rsqrt(mean(sq(x)) + 1e-06)\n"
        "  gain(C): x * weight(C)\n");
  CHECK(describe(layers::add_rms_norm) ==
        "layer<\"add_rms_norm\">(T, C)\n"
        "  add(operand<\"residual\">): x + operand<\"residual\">\n"
        "  output<\"sum\">\n"
        "  over(C)\n"
        "  scale(eps = 1e-06): x * rsqrt(mean(sq(x)) + 1e-06)\n"
        "  gain(C): x * weight(C)\n");
  CHECK(describe(layers::dyt) ==
        "layer<\"dyt\">(T, C)\n"
        "  formula: tanh(param<\"alpha\">() * x)\n"
        "  affine(C): x * weight(C) + bias(C)\n");
}

TEST_CASE("one line says a whole layer") {
  CHECK(source(layers::batch_norm) ==
        "layer<\"batch_norm\">(N, C, H, W) | over(N, H, W) | center | scale | affine(C) | running(momentum = 0.1)");
  CHECK(source(layers::p_rms_norm) == "layer<\"p_rms_norm\">(T, C) | over(first(6.25_percent, C)) | scale | gain(C)");
  CHECK(source(layers::group_norm) ==
        "layer<\"group_norm\">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C)");
  CHECK(source(layers::frn).ends_with("| at_least(param<\"tau\">(C))"));
  CHECK(source(layer<"l">(N, C(64)) | over(first(8, C / 4)) | scale(eps = outside(0.5)) | rounded | gain(2)) ==
        "layer<\"l\">(N, C(64)) | over(first(8, C / 4)) | scale(eps = outside(0.5)) | rounded | gain(2)");
  CHECK(source(layer<"l">(N, C) | over(N) | center() | running(keep = 0.9, biased)) ==
        "layer<\"l\">(N, C) | over(N) | center() | running(keep = 0.9, biased)");
  CHECK(source(layer<"l">(N, C) | over(N) | center | running(average)).ends_with("running(average)"));
}

TEST_CASE("brackets stand where they are needed") {
  CHECK(printed([](auto x) { return x - (x - 1); }) == "x - (x - 1)");
  CHECK(printed([](auto x) { return x - 1 - x; }) == "x - 1 - x");
  CHECK(printed([](auto x) { return x / (x * 2); }) == "x / (x * 2)");
  CHECK(printed([](auto x) { return (x + 1) * (x - 1); }) == "(x + 1) * (x - 1)");
  CHECK(printed([](auto x) { return -(x + 1); }) == "-(x + 1)");
  CHECK(printed([](auto x) { return -sq(x); }) == "-sq(x)");
  CHECK(printed([](auto x) { return x * -2; }) == "x * (-2)");
  CHECK(printed([](auto x) { return select(x > 1, x, 0.0); }) == "select(1 < x, x, 0)");
}

TEST_CASE("reductions, names and numbers are printed as they are written") {
  CHECK(printed([](auto x) { return x - named<"m">(mean(x)); }) == "x - named<\"m\">(mean(x))");
  CHECK(printed([](auto x) { return x / max(over(N, C), x); }) == "x / max(over(N, C), x)");
  CHECK(printed([](auto x) { return x / max(absmax(x), min(x, 1e-12)); }) == "x / max(absmax(x), min(x, 1e-12))");
  CHECK(printed([](auto x) { return x * 0.1f; }) == "x * 0.10000000149011612");
  CHECK(printed([](auto x) { return silu(x); }) == "x * sigmoid(x)");
  CHECK(printed([](auto x) { return rounded(x) + operand<"r">; }) == "rounded(x) + operand<\"r\">");
}

// A word of one's own is three lines.
inline constexpr struct halve_ : plain_word<halve_, "halve"> {
  static constexpr auto formula(const auto& x) { return 0.5 * x; }
} halve;

TEST_CASE("a new word works in a pipe, with brackets, and in a formula") {
  CHECK(describe(layer<"l">(T, C) | halve | halve()) ==
        "layer<\"l\">(T, C)\n"
        "  halve: 0.5 * x\n"
        "  halve(): 0.5 * x\n");
  CHECK(printed([](auto x) { return x - halve(mean(x)); }) == "x - 0.5 * mean(x)");
}

TEST_CASE("a bad number in a layer that is no constexpr variable stops the program with its sentence") {
  int groups = 0;
  CHECK_THROWS_WITH(over(C / groups), "normfold: the_number_of_groups_must_be_at_least_1__write_C_over_32");
}

TEST_CASE("after a mistake nothing is printed") { CHECK(describe(invalid{}).empty()); }

}  // namespace
