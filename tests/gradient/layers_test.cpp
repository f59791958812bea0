// Every ready-made layer's gradient against finite differences of its own graph.
#include <doctest/doctest.h>

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>

#include "check.hpp"
#include "lower.hpp"
#include "ops.hpp"
#include "rules.hpp"

namespace normfold::gradient_tests {
namespace {

std::vector<ir::graph> ready_made() {
  return layers::with_ready_made([](const auto&... each) { return std::vector<ir::graph>{lower(each)...}; });
}

TEST_CASE("every ready-made layer, its statistics saved") {
  for (const ir::graph& g : ready_made()) {
    int kinks = 0;
    const std::string wrong = mistake(ordinary(g, small_extents(g)), gen::statistics::saved, 1e-10, &kinks);
    CHECK_MESSAGE(wrong.empty(), wrong);
    CHECK_MESSAGE(kinks == 0, g.name);
  }
}

TEST_CASE("every ready-made layer, its statistics recomputed") {
  for (const ir::graph& g : ready_made()) {
    const std::string wrong = mistake(ordinary(g, small_extents(g), 2), gen::statistics::recomputed, 1e-10);
    CHECK_MESSAGE(wrong.empty(), wrong);
  }
}

TEST_CASE("the normalised value taken from y") {
  int found = 0;
  for (const ir::graph& g : ready_made()) {
    if (!gen::normalised_is_in_y(gen::canonical(g))) continue;
    ++found;
    const std::string wrong = mistake(ordinary(g, small_extents(g), 4), gen::statistics::from_y, 1e-10);
    CHECK_MESSAGE(wrong.empty(), wrong);
    if (g.name != "layer_norm") continue;
    for (const ir::node& n : gen::gradient(gen::canonical(g), gen::statistics::from_y).nodes) CHECK(n.name != "x");
  }
  CHECK(found >= 9);
}

TEST_CASE("frozen statistics: the gradient of inference") {
  for (const ir::graph& g : ready_made()) {
    if (!g.running) continue;
    const std::string wrong = mistake(ordinary(g, small_extents(g), 3), gen::statistics::frozen, 1e-10);
    CHECK_MESSAGE(wrong.empty(), wrong);
  }
}

// What a hand-written backward pass needs, and no more.
TEST_CASE("as few sums as can be, and none that waits for another over whole elements") {
  const std::map<std::string, int> known{{"layer_norm", 4}, {"batch_norm", 2},    {"rms_norm", 2},
                                         {"group_norm", 6}, {"instance_norm", 4}, {"softmax", 3}};
  for (const ir::graph& layer : ready_made()) {
    const ir::graph g = gen::gradient(gen::canonical(layer), gen::statistics::saved);
    int sums = 0;
    for (const ir::node& n : g.nodes) sums += gen::is_reduction(n.op) ? 1 : 0;
    if (const auto found = known.find(layer.name); found != known.end())
      CHECK_MESSAGE(sums == found->second, layer.name);
  }
}

}  // namespace
}  // namespace normfold::gradient_tests
