// The canonical form: spellings of one layer give one graph, and its post-conditions hold for every ready-made layer.
#include <doctest/doctest.h>

#include <algorithm>

#include "layers.hpp"
#include "ops.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;

namespace {

/// The nodes of the outputs alone: statistics that only one spelling names are not compared.
template <class Layer>
std::string outputs_of(const Layer& layer) {
  ir::graph g = canonical_graph(layer);
  std::erase_if(g.names, [](const ir::named_node& n) { return n.what != ir::role::output; });
  return gen::to_text(gen::canonical(g));
}

// One name for all, since it is part of the text.
constexpr auto rows = [] { return layer<"norm">(N, T, C) | over(C); };
constexpr auto spelled = rows() | center | scale | affine(C);

}  // namespace

TEST_CASE("layer norm has one graph, however it is written") {
  const std::string words = outputs_of(spelled);
  SUBCASE("with rsqrt") {
    CHECK(outputs_of(rows() | [](auto x) {
            auto centered = x - mean(x);
            return centered * rsqrt(mean(sq(centered)) + 1e-5) * weight(C) + bias(C);
          }) == words);
  }
  SUBCASE("divided by a square root, factors in another order") {
    CHECK(outputs_of(rows() | [](auto x) {
            auto centered = x - mean(x);
            return bias(C) + weight(C) * (centered / sqrt(1e-5 + mean(sq(centered))));
          }) == words);
  }
  SUBCASE("the variance as a difference of moments") {
    CHECK(outputs_of(rows() | [](auto x) {
            return (x - mean(x)) / sqrt(mean(sq(x)) - sq(mean(x)) + 1e-5) * weight(C) + bias(C);
          }) == words);
  }
  SUBCASE("squares as products, a difference as a sum") {
    CHECK(outputs_of(rows() | [](auto x) {
            auto centered = x + (-mean(x));
            return centered * rsqrt(mean(centered * centered) + 1e-5) * weight(C) + bias(C);
          }) == words);
  }
  SUBCASE("half words, half formula") {
    CHECK(outputs_of(rows() | center | [](auto x) { return x / sqrt(mean(x * x) + 1e-5); } | gain(C) | add(bias(C))) ==
          words);
  }
  SUBCASE("with the statistics named, the whole graph is the same") {
    const auto named_by_hand = rows() | [](auto x) {
      auto centered = x - named<"mean">(mean(x));
      return centered * named<"rstd">(rsqrt(mean(sq(centered)) + 1e-5)) * weight(C) + bias(C);
    };
    CHECK(gen::to_text(canonical_graph(named_by_hand)) == gen::to_text(canonical_graph(spelled)));
  }
}

TEST_CASE("different layers stay different") {
  const std::string words = outputs_of(spelled);
  CHECK(outputs_of(rows() | scale | affine(C)) != words);
  CHECK(outputs_of(rows() | center | scale(eps = 1e-6) | affine(C)) != words);
  CHECK(outputs_of(rows() | center | scale(eps = outside(1e-5)) | affine(C)) != words);
  CHECK(outputs_of(rows() | scale | center | affine(C)) != words);
  CHECK(outputs_of(layer<"norm">(N, T, C) | over(T) | center | scale | affine(C)) != words);
  CHECK(outputs_of(layer<"norm">(N, T, C) | over(first(50_percent, C)) | center | scale | affine(C)) != words);
}

TEST_CASE("a graph in canonical form is its own canonical form") {
  for (const ir::graph& layer : ready_made_graphs()) {
    CAPTURE(layer.name);
    const ir::graph once = gen::canonical(layer);
    CHECK(gen::to_text(gen::canonical(once)) == gen::to_text(once));
  }
}

TEST_CASE("post-conditions of the canonical form") {
  for (const ir::graph& layer : ready_made_graphs()) {
    const ir::graph g = gen::canonical(layer);
    CAPTURE(g.name);
    const auto at = [&](int i) -> const ir::node& { return g.nodes[static_cast<std::size_t>(i)]; };
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
      const ir::node& n = g.nodes[i];
      CAPTURE(i);
      CAPTURE(n.op);
      for (int a : n.args) CHECK(a < static_cast<int>(i));
      CHECK(std::count(g.nodes.begin(), g.nodes.end(), n) == 1);
      CHECK(n.op != "neg");
      if (n.op == "mul") {
        CHECK(at(n.args[1]).op != "mul");       // flat
        CHECK(at(n.args[0]).op != "constant");  // the constant is last
        CHECK(n.args[0] != n.args[1]);          // a square is sq
      }
      if (n.op == "div") {
        CHECK(at(n.args[1]).op != "sqrt");
        CHECK(at(n.args[1]).op != "rsqrt");
      }
      if (gen::is_reduction(n.op)) CHECK((n.over & ~at(n.args[0]).varies) == 0);
      if (gen::find_op(n.op).kind == gen::op_kind::elementwise) {
        ir::atom_set varies = 0;
        for (int a : n.args) varies |= at(a).varies;
        CHECK(n.varies == varies);
      }
    }
  }
}

TEST_CASE("numbers that are known are computed") {
  const auto twice = layer<"norm">(T, C) | [](auto x) { return x * 2 * 3 / 4; };
  const ir::graph g = canonical_graph(twice);
  REQUIRE(g.nodes.size() == 3);
  CHECK(g.nodes[1].op == "constant");
  CHECK(g.nodes[1].value == 1.5);
  CHECK(canonical_graph(layer<"norm">(T, C) | [](auto x) { return (x + 0) * 1 - 0; }).nodes.size() == 1);
}

TEST_CASE("what does not vary along a reduced axis is not reduced along it") {
  const auto of_parameter = layer<"norm">(T, C) | over(T) | [](auto x) { return x - mean(weight(C)) + sum(bias(C)); };
  const ir::graph g = canonical_graph(of_parameter);
  for (const ir::node& n : g.nodes) CHECK_FALSE(gen::is_reduction(n.op));
  CHECK(std::any_of(g.nodes.begin(), g.nodes.end(), [](const ir::node& n) { return n.op == "count"; }));
}
