// Given statistics collected into v * a + b: what is collected, what is not, and where a and b are formed.
#include <doctest/doctest.h>

#include <algorithm>

#include "layers.hpp"
#include "plan.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;

namespace {

// How many ops a graph has that vary along as many axes as x: what is done for each element.
int per_element(const ir::graph& g) {
  const ir::atom_set all = (ir::atom_set{1} << g.atoms.size()) - 1;
  return static_cast<int>(std::count_if(g.nodes.begin(), g.nodes.end(),
                                        [&](const ir::node& n) { return n.varies == all && !n.args.empty(); }));
}

template <class Layer>
int evaluated(const Layer& layer) {
  return per_element(gen::as_multiply_add(gen::for_direction(canonical_graph(layer), gen::direction::infer)));
}

constexpr auto image() { return layer<"norm">(N, C, H, W) | over(N, H, W); }

}  // namespace

TEST_CASE("however many steps follow from given statistics, an element costs one product and one sum") {
  CHECK(evaluated(layers::batch_norm) == 2);
  CHECK(evaluated(image() | center | scale | running(average)) == 2);
  CHECK(evaluated(image() | center | scale | affine(C) | running(average) | add(param<"more">(C)) | gain(2)) == 2);
  CHECK(evaluated(image() | scale | gain(C) | running(average)) == 1);
  CHECK(evaluated(image() | add(operand<"residual">) | center | scale | affine(C) | running(average)) == 3);
  CHECK(evaluated(image() | center | scale | affine(C) | running(average) | [](auto x) { return max(x, 0); }) == 3);
}

TEST_CASE("what is computed, or is a parameter alone, stays as it is written") {
  for (const ir::graph& layer : ready_made_graphs()) {
    if (layer.running) continue;
    const ir::graph g = gen::for_direction(gen::canonical(layer), gen::direction::infer);
    CHECK_MESSAGE(gen::to_text(gen::as_multiply_add(g)) == gen::to_text(g), layer.name);
  }
  const ir::graph train = gen::for_direction(canonical_graph(layers::batch_norm), gen::direction::train);
  CHECK(gen::to_text(gen::as_multiply_add(train)) == gen::to_text(train));
}

TEST_CASE("a and b are formed once a channel: in arrays where channels lie innermost, else where a run begins") {
  gen::request asked;
  CHECK_FALSE(gen::needs_workspace(function_of(layers::batch_norm, asked).sweeps));
  asked.orders = {"NHWC"};
  const gen::plan nhwc = function_of(layers::batch_norm, asked).sweeps;
  REQUIRE(nhwc.passes.size() == 2);
  CHECK(nhwc.passes[0].nodes == nhwc.arrays);
  CHECK(nhwc.arrays.size() == 2);
  CHECK(gen::to_text(nhwc).find("y = x * a + b") != std::string::npos);
}
