// The derivative column of the op table, row by row: each op in a small graph of its own, against finite differences.
#include <doctest/doctest.h>

#include "check.hpp"
#include "ops.hpp"

namespace normfold::gradient_tests {
namespace {

constexpr ir::atom_set rows = 1, columns = 2, all = rows | columns;

ir::graph empty(const std::string& name) {
  return {.name = name,
          .source = "",
          .axes = {{"N"}, {"C"}},
          .atoms = {{0, ir::part::whole, "N"}, {1, ir::part::whole, "C"}}};
}

// y = op(x), op(x, r) with another tensor or with a parameter of each shape, or a reduction times a tensor.
ir::graph around(const gen::op_row& row, ir::atom_set second, std::optional<ir::leading> first = {}) {
  ir::graph g = empty(std::string(row.name));
  g.nodes = {{.op = "input", .name = "x", .varies = all},
             second == all ? ir::node{.op = "input", .name = "r", .varies = all}
                           : ir::node{.op = "parameter", .name = "w", .varies = second}};
  if (row.kind == gen::op_kind::reduction) {
    g.nodes.push_back({.op = "mul", .args = {0, 1}, .varies = all});
    g.nodes.push_back({.op = std::string(row.name), .args = {2}, .varies = rows, .over = columns, .first = first});
    g.nodes.push_back({.op = "mul", .args = {2, 3}, .varies = all});
  } else if (row.arity == 1) {
    g.nodes.push_back({.op = std::string(row.name), .args = {0}, .varies = all});
    g.nodes.push_back({.op = "mul", .args = {2, 1}, .varies = all});
  } else if (row.arity == 2) {
    g.nodes.push_back({.op = std::string(row.name), .args = {0, 1}, .varies = all});
    g.nodes.push_back({.op = std::string(row.name), .args = {1, 0}, .varies = all});
    g.nodes.push_back({.op = "mul", .args = {2, 3}, .varies = all});
  } else {
    g.nodes.push_back({.op = "less", .args = {0, 1}, .varies = all});
    g.nodes.push_back({.op = "sq", .args = {0}, .varies = all});
    g.nodes.push_back({.op = std::string(row.name), .args = {2, 3, 1}, .varies = all});
  }
  g.names = {{"y", static_cast<int>(g.nodes.size()) - 1, ir::role::output}};
  return g;
}

// Into the domain of logarithms and roots.
point in_domain(const ir::graph& g) {
  point at = ordinary(g, {{"N", 3}, {"C", 5}});
  for (long double& v : at.values.at("x"))
    if (v < 0.25L) v = 0.3L - v / 4;
  return at;
}

bool needs_positive(std::string_view op) { return op == "sqrt" || op == "rsqrt" || op == "log"; }

TEST_CASE("each op and each shape of its second argument") {
  for (const gen::op_row& row : gen::all_ops()) {
    if (row.kind == gen::op_kind::leaf || row.name == "pivot" || row.name == "storage") continue;
    for (const ir::atom_set second : {all, columns, rows, ir::atom_set{0}}) {
      const ir::graph g = around(row, second);
      int kinks = 0;
      const point at = needs_positive(row.name) ? in_domain(g) : ordinary(g, {{"N", 3}, {"C", 5}});
      const std::string wrong = mistake(at, gen::statistics::saved, 1e-10, &kinks);
      CHECK_MESSAGE(wrong.empty(), wrong);
      CHECK_MESSAGE(kinks == 0, std::string(row.name));
    }
  }
}

TEST_CASE("reductions of a leading part") {
  for (const gen::op_row& row : gen::all_ops()) {
    if (row.kind != gen::op_kind::reduction || row.name == "pivot") continue;
    for (const ir::leading first : {ir::leading{1, 30, 0}, ir::leading{1, 0, 3}, ir::leading{1, 0, 64}}) {
      const ir::graph g = around(row, all, first);
      const std::string wrong = mistake(ordinary(g, {{"N", 3}, {"C", 5}}), gen::statistics::saved, 1e-10);
      CHECK_MESSAGE(wrong.empty(), wrong);
    }
  }
}

TEST_CASE("a row without a derivative is a comparison or a staircase") {
  for (const gen::op_row& row : gen::all_ops()) {
    if (row.kind == gen::op_kind::leaf || row.name == "pivot" || row.name == "round") continue;
    if (row.name == "less" || row.name == "less_equal") continue;
    for (std::size_t k = row.name == "select" ? 1 : 0; k < static_cast<std::size_t>(row.arity); ++k)
      CHECK_MESSAGE(static_cast<bool>(row.derivative[k]), std::string(row.name));
  }
}

// Where finite differences say nothing, the documented choice.
TEST_CASE("ties share the gradient equally") {
  for (const char* op : {"max", "min"}) {
    point at{around(gen::find_op(op), all), {{"N", 1}, {"C", 1}}, {{"x", {3}}, {"r", {3}}, {"dy", {1}}}};
    CHECK(derived(at).at("dx")[0] == 3);  // y = op(x, r) * op(r, x)
    CHECK(derived(at).at("dr")[0] == 3);
  }
  for (const char* op : {"reduce_max", "absmax"}) {
    point at{around(gen::find_op(op), all),
             {{"N", 1}, {"C", 4}},
             {{"x", {2, 1, 2, 0}}, {"r", {1, 1, 1, 1}}, {"dy", {1, 0, 0, 0}}}};
    // d(x0 * max x): 2 for x0 itself, and x0 / 2 for each that attains the maximum
    CHECK(derived(at).at("dx") == std::vector<long double>{3, 0, 1, 0});
  }
}

TEST_CASE("the length of a row of zeros has gradient 0") {
  ir::graph g = empty("length");
  g.nodes = {{.op = "input", .name = "x", .varies = all},
             {.op = "sq", .args = {0}, .varies = all},
             {.op = "sum", .args = {1}, .varies = rows, .over = columns},
             {.op = "sqrt", .args = {2}, .varies = rows},
             {.op = "mul", .args = {0, 3}, .varies = all}};
  g.names = {{"y", 4, ir::role::output}};
  const point at{g, {{"N", 1}, {"C", 3}}, {{"x", {0, 0, 0}}, {"dy", {1, 2, 3}}}};
  CHECK(derived(at).at("dx") == std::vector<long double>{0, 0, 0});
}

// select(x < 0, exp(x), log(x)): log(0) is infinite where it is not taken.
TEST_CASE("what is not selected does not matter") {
  ir::graph g = empty("branches");
  g.nodes = {{.op = "input", .name = "x", .varies = all},         {.op = "constant", .value = 0},
             {.op = "less_equal", .args = {0, 1}, .varies = all}, {.op = "exp", .args = {0}, .varies = all},
             {.op = "log", .args = {0}, .varies = all},           {.op = "select", .args = {2, 3, 4}, .varies = all}};
  g.names = {{"y", 5, ir::role::output}};
  const point at{g, {{"N", 1}, {"C", 2}}, {{"x", {0, 2}}, {"dy", {1, 1}}}};
  CHECK(derived(at).at("dx") == std::vector<long double>{1, 0.5L});
}

TEST_CASE("rounding to the type in memory lets the gradient through, rounding to integers has none") {
  for (const auto& [op, wanted] : {std::pair("storage", 4.0L), std::pair("round", 0.0L)}) {
    const point at{around(gen::find_op(op), all), {{"N", 1}, {"C", 1}}, {{"x", {1.25L}}, {"r", {4}}, {"dy", {1}}}};
    CHECK(derived(at).at("dx")[0] == wanted);
  }
}

}  // namespace
}  // namespace normfold::gradient_tests
