// 200 random layers against finite differences.
#include "pipes.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "check.hpp"
#include "ops.hpp"

namespace normfold::gradient_tests {
namespace {

TEST_CASE("random layers") {
  std::set<std::string> met;
  int kinks = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const ir::graph g = random_layer(seed);
    for (const ir::node& n : g.nodes) met.insert(n.op);
    const std::string wrong =
        mistake(ordinary(g, {{"N", 2}, {"T", 3}, {"C", 4}}, seed), gen::statistics::saved, 1e-8, &kinks);
    CHECK_MESSAGE(wrong.empty(), wrong);
  }
  MESSAGE("elements passed over at kinks: " << kinks);
  for (const gen::op_row& row : gen::all_ops()) {
    if (row.kind == gen::op_kind::leaf || row.name == "pivot" || row.name == "storage" || row.name == "round") continue;
    CHECK_MESSAGE(met.count(std::string(row.name)) == 1, "no random layer has " << std::string(row.name));
  }
}

}  // namespace
}  // namespace normfold::gradient_tests
