// Layers as graphs: the ops as written, what each varies along and reduces, names of outputs and statistics.
#include "lower.hpp"

#include <doctest/doctest.h>

#include <normfold/dsl/layers.hpp>

using namespace normfold;
using namespace normfold::axes;

namespace {

inline constexpr struct head_ : axis<"head"> {
} head;

/// A set of atoms in words: "N*C/G".
std::string atoms(const ir::graph& graph, ir::atom_set set) {
  std::string text;
  for (std::size_t i = 0; i < graph.atoms.size(); ++i) {
    if ((set >> i & 1) != 0) text += (text.empty() ? "" : "*") + graph.atoms[i].name;
  }
  return text;
}

/// A node in words: "mean(sub(x, mean(x)))".
std::string formula(const ir::graph& graph, int node) {
  const ir::node& at = graph.nodes[static_cast<std::size_t>(node)];
  if (at.op == "constant") return detail::print_number(at.value);
  if (at.args.empty()) return at.name;
  std::string text;
  for (const int each : at.args) text += (text.empty() ? "" : ", ") + formula(graph, each);
  return at.op + "(" + text + ")";
}

const ir::node& find(const ir::graph& graph, const std::string& name, ir::role what) {
  for (const ir::named_node& each : graph.names) {
    if (each.name == name && each.what == what) return graph.nodes[static_cast<std::size_t>(each.node)];
  }
  FAIL("no such name: " << name);
  return graph.nodes.front();
}

std::string names(const ir::graph& graph, ir::role what) {
  std::string text;
  for (const ir::named_node& each : graph.names) {
    if (each.what == what) text += (text.empty() ? "" : " ") + each.name;
  }
  return text;
}

std::string output(const ir::graph& graph) { return formula(graph, graph.names.front().node); }

TEST_CASE("layer norm is what its words say") {
  const ir::graph graph = lower(layers::layer_norm);
  CHECK(graph.name == "layer_norm");
  CHECK(graph.source == "layer<\"layer_norm\">(N, T, C) | over(C) | center | scale | affine(C)");
  CHECK(graph.steps == std::vector<std::string>{"over(C)", "center: x - mean(x)",
                                                "scale: x * rsqrt(mean(sq(x)) + 1e-05)",
                                                "affine(C): x * weight(C) + bias(C)"});
  CHECK(output(graph) == "add(mul(mul(sub(x, mean(x)), rsqrt(add(mean(sq(sub(x, mean(x)))), 1e-05))), weight), bias)");
  CHECK(names(graph, ir::role::output) == "y");
  CHECK(names(graph, ir::role::statistic) == "mean rstd");
  CHECK(names(graph, ir::role::kept) == "");
  CHECK_FALSE(graph.running.has_value());
  const ir::node& mean = find(graph, "mean", ir::role::statistic);
  CHECK(atoms(graph, mean.over) == "C");
  CHECK(atoms(graph, mean.varies) == "N*T");
}

TEST_CASE("arguments stand before their users, and the output varies along every atom") {
  layers::for_each_ready_made([](const auto& each) {
    const ir::graph graph = lower(each);
    CAPTURE(graph.source);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const int argument : graph.nodes[i].args) {
        CHECK(argument >= 0);
        CHECK(argument < static_cast<int>(i));
      }
      CHECK((graph.nodes[i].varies & graph.nodes[i].over) == 0);
    }
    const ir::node& y = find(graph, "y", ir::role::output);
    CHECK(y.varies == (ir::atom_set{1} << graph.atoms.size()) - 1);
    CHECK(graph.names.front().name == "y");
  });
}

TEST_CASE("a split axis is two atoms, and a parameter along it varies along both") {
  const ir::graph graph = lower(layers::group_norm);
  REQUIRE(graph.atoms.size() == 5);
  CHECK(graph.atoms[1].name == "G");
  CHECK(graph.atoms[1].which == ir::part::group);
  CHECK(graph.atoms[2].name == "C/G");
  CHECK(graph.atoms[2].which == ir::part::member);
  CHECK(graph.atoms[2].axis == 1);
  const ir::node& mean = find(graph, "mean", ir::role::statistic);
  CHECK(atoms(graph, mean.over) == "C/G*H*W");
  CHECK(atoms(graph, mean.varies) == "N*G");
  for (const ir::node& each : graph.nodes) {
    if (each.op == "parameter") CHECK(atoms(graph, each.varies) == "G*C/G");
  }
}

TEST_CASE("over(C) beside C / G reduces groups and members, whichever stands first") {
  constexpr auto mine = layer<"mine">(N, C, H) | over(C) | center | over(C / G, H) | scale;
  const ir::graph graph = lower(mine);
  CHECK(atoms(graph, find(graph, "mean", ir::role::statistic).over) == "G*C/G");
  CHECK(atoms(graph, find(graph, "rstd", ir::role::statistic).varies) == "N*G");
}

TEST_CASE("fixed extents and fixed groups are in the atoms") {
  constexpr auto mine = layer<"mine">(N, C(4096), H) | over(C / 32, H) | scale;
  const ir::graph graph = lower(mine);
  CHECK(graph.axes[1].extent == 4096);
  CHECK(graph.axes[0].extent == 0);
  CHECK(graph.atoms[1].name == "32");
  CHECK(graph.atoms[1].extent == 32);
  CHECK(graph.atoms[2].name == "C/32");
  CHECK(graph.atoms[2].extent == 128);
  CHECK(graph.source == "layer<\"mine\">(N, C(4096), H) | over(C / 32, H) | scale");
}

TEST_CASE("first takes a share or a number of elements") {
  const ir::graph share = lower(layers::p_rms_norm);
  CHECK(share.nodes[2].op == "mean");
  CHECK(share.nodes[2].first == ir::leading{.atom = 1, .percent = 6.25, .count = 0});
  constexpr auto mine = layer<"mine">(N, C, H) | over(H, first(64, C / G)) | scale;
  const ir::graph number = lower(mine);
  CHECK(number.nodes[2].first == ir::leading{.atom = 2, .percent = 0, .count = 64});
  CHECK(atoms(number, number.nodes[2].over) == "C/G*H");
}

TEST_CASE("running statistics keep each reduction by its name") {
  const ir::graph graph = lower(layers::batch_norm);
  REQUIRE(graph.running.has_value());
  CHECK(graph.running->rule == ir::update::momentum);
  CHECK(graph.running->rate == 0.1);
  CHECK_FALSE(graph.running->biased);
  CHECK(names(graph, ir::role::kept) == "mean var");
  CHECK(find(graph, "var", ir::role::kept).op == "mean");
  CHECK(find(graph, "rstd", ir::role::statistic).op == "rsqrt");

  constexpr auto early = layer<"early">(N, C) | over(N) | running(keep = 0.9, biased) | center | scale;
  const ir::graph other = lower(early);
  CHECK(other.running->rule == ir::update::keep);
  CHECK(other.running->biased);
  CHECK(names(other, ir::role::kept) == "mean var");

  constexpr auto plain =
      layer<"plain">(N, C) | over(N) | [](auto x) { return x / named<"top">(absmax(x)); } | running(average);
  CHECK(lower(plain).running->rule == ir::update::average);
  CHECK(names(lower(plain), ir::role::kept) == "top");
}

TEST_CASE("outputs, operands and statistics have names, a second of one name a number") {
  const ir::graph graph = lower(layers::add_rms_norm);
  CHECK(names(graph, ir::role::output) == "y sum");
  CHECK(formula(graph, graph.names[1].node) == "add(x, residual)");
  CHECK(names(lower(layers::poly_norm), ir::role::statistic) == "rstd rstd2 rstd3");

  constexpr auto twice = layer<"twice">(T, C) | over(C) | [](auto x) {
    auto m = detail::quietly<"m">(mean(x));
    return (x - m) * m;
  };
  CHECK(names(lower(twice), ir::role::statistic) == "m");
}

TEST_CASE("a reduction with axes of its own leaves the pipe's alone") {
  const ir::graph graph = lower(layers::grn);
  CHECK(graph.nodes[2].op == "sum");
  CHECK(atoms(graph, graph.nodes[2].over) == "H*W");
  CHECK(graph.nodes[4].op == "mean");
  CHECK(atoms(graph, graph.nodes[4].over) == "C");
  CHECK(atoms(graph, graph.nodes[4].varies) == "N");
}

TEST_CASE("a reduction records all its axes, those too along which its operand is the same") {
  constexpr auto mine = layer<"mine">(N, C) | over(N, C) | [](auto x) { return x - sum(weight(C)); };
  const ir::graph graph = lower(mine);
  CHECK(graph.nodes[2].op == "sum");
  CHECK(atoms(graph, graph.nodes[2].over) == "N*C");
  CHECK(graph.nodes[2].varies == 0);
}

TEST_CASE("axes of one's own, the whole table of ops, eps outside the root") {
  constexpr auto mine = layer<"mine">(T, head, C) | over(head) | [](auto x) {
    auto u = abs(-x) + min(x, 1) * exp(log(erf(round(sigmoid(x)))));
    return select(u >= 0.5, u, x) / max(over(C), u) + rounded(x) - min(x);
  };
  CHECK(output(lower(mine)) ==
        "sub(add(div(select(less_equal(0.5, add(abs(neg(x)), mul(min(x, 1), exp(log(erf(round(sigmoid(x)))))))), "
        "add(abs(neg(x)), mul(min(x, 1), exp(log(erf(round(sigmoid(x))))))), x), reduce_max(add(abs(neg(x)), "
        "mul(min(x, 1), exp(log(erf(round(sigmoid(x))))))))), storage(x)), reduce_min(x))");
  constexpr auto out = layer<"out">(T, C) | over(C) | scale(eps = outside(1e-6));
  CHECK(output(lower(out)) == "mul(x, div(1, add(sqrt(mean(sq(x))), 1e-06)))");
  CHECK(formula(lower(out), lower(out).names[1].node) == "div(1, add(sqrt(mean(sq(x))), 1e-06))");
}

}  // namespace
