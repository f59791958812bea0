// Formulas and numbers as people read them.
#include "formula.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

#include "layers.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;
using gen::number;

namespace {

/// The formula of y, each name written out.
template <class Layer>
std::string written_out(const Layer& layer) {
  const ir::graph g = canonical_graph(layer);
  const std::function<std::string(int)> no_names = [](int) { return std::string(); };
  return gen::formula(g, g.names.front().node, no_names);
}

template <class Formula>
std::string of_row(Formula f) {
  return written_out(layer<"f">(T, C) | f);
}

}  // namespace

TEST_CASE("numbers are short and read back exactly") {
  CHECK(number(1e-5) == "1e-05");
  CHECK(number(0.1) == "0.1");
  CHECK(number(2) == "2");
  CHECK(number(-0.5) == "-0.5");
  for (double value : {1.0 / 3, 6.02214076e23, 1e-310, std::numeric_limits<double>::max()})
    CHECK(std::strtod(number(value).c_str(), nullptr) == value);
}

TEST_CASE("brackets stand where they are needed") {
  CHECK(of_row([](auto x) { return (x + weight(C)) * bias(C); }) == "(x + weight) * bias");
  CHECK(of_row([](auto x) { return x + weight(C) * bias(C); }) == "x + bias * weight");
  CHECK(of_row([](auto x) { return x - (weight(C) - bias(C)); }) == "x - (weight - bias)");
  CHECK(of_row([](auto x) { return x / (weight(C) / bias(C)); }).find("x / (") == std::string::npos);
  CHECK(of_row([](auto x) { return exp(x - max(over(C), x)); }) == "exp(x - max(x))");
  CHECK(of_row([](auto x) { return select(x > 0, x, weight(C) * x); }) == "select(0 < x, x, x * weight)");
}

TEST_CASE("names stand for what they name") {
  const ir::graph g = canonical_graph(layers::layer_norm);
  CHECK(gen::formula(g, g.names.front().node) == "(x - mean) * rstd * weight + bias");
  CHECK(written_out(layers::layer_norm) == "(x - mean(x)) * rsqrt(mean(sq(x - mean(x))) + 1e-05) * weight + bias");
}

TEST_CASE("atoms") {
  const ir::graph g = canonical_graph(layers::group_norm);
  CHECK(gen::atoms_text(g, 0) == "");
  CHECK(gen::atoms_text(g, 0b11101) == "N, C/G, H, W");
}
