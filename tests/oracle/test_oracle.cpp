// The judge judged: values worked out by hand or by a plain loop, bounds that hold f32 arithmetic and no more than that,
// rounding at its corners. Graphs are written node by node, so that neither the language nor the rules take part.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "oracle.hpp"

namespace normfold::oracle {
namespace {

constexpr auto whole = ir::part::whole;

// (N, C), over one of them or both: center | scale | affine(C), with running statistics where asked.
ir::graph standard(ir::atom_set over, std::optional<ir::running> running = {}) {
  const ir::atom_set all = 3, rest = all & ~over;
  ir::graph g{.name = "norm", .source = "", .axes = {{"N"}, {"C"}}, .atoms = {{0, whole, "N"}, {1, whole, "C"}}};
  g.nodes = {{.op = "input", .name = "x", .varies = all},
             {.op = "mean", .args = {0}, .varies = rest, .over = over},
             {.op = "sub", .args = {0, 1}, .varies = all},
             {.op = "sq", .args = {2}, .varies = all},
             {.op = "mean", .args = {3}, .varies = rest, .over = over},
             {.op = "constant", .value = 1e-5},
             {.op = "add", .args = {4, 5}, .varies = rest},
             {.op = "rsqrt", .args = {6}, .varies = rest},
             {.op = "mul", .args = {2, 7}, .varies = all},
             {.op = "parameter", .name = "weight", .varies = 2},
             {.op = "mul", .args = {8, 9}, .varies = all},
             {.op = "parameter", .name = "bias", .varies = 2},
             {.op = "add", .args = {10, 11}, .varies = all}};
  g.names = {{"y", 12, ir::role::output}, {"mean", 1, ir::role::statistic}, {"rstd", 7, ir::role::statistic}};
  if (running) {
    g.names.push_back({"mean", 1, ir::role::kept});
    g.names.push_back({"var", 4, ir::role::kept});
  }
  g.running = running;
  return g;
}

TEST_CASE("a row of three by hand") {
  const ir::graph g = standard(2);
  const auto out = evaluate({.graph = g,
                             .extents = {{"N", 1}, {"C", 3}},
                             .train = true,
                             .buffers = {{"x", {1, 2, 6}}, {"weight", {1, 1, 2}}, {"bias", {0, 10, 0}}}});
  const long double rstd = 1 / std::sqrt(14.0L / 3 + 1e-5);
  CHECK(out.at("mean").value[0] == 3);
  CHECK(std::fabs(out.at("rstd").value[0] - rstd) < 1e-18L);
  CHECK(std::fabs(out.at("y").value[0] + 2 * rstd) < 1e-18L);
  CHECK(std::fabs(out.at("y").value[1] - (10 - rstd)) < 1e-18L);
  CHECK(std::fabs(out.at("y").value[2] - 6 * rstd) < 1e-18L);
}

TEST_CASE("running statistics: momentum, keep and average, unbiased and biased") {
  const std::map<std::string, std::vector<long double>> buffers{
      {"x", {1, 5, 2, 5, 6, 8}},  {"weight", {1, 1}},          {"bias", {0, 0}},
      {"running_mean", {10, 20}}, {"running_var", {100, 200}}, {"batches", {3}}};
  const auto updated = [&](ir::running rule) {
    const ir::graph g = standard(1, rule);
    return evaluate({.graph = g, .extents = {{"N", 3}, {"C", 2}}, .train = true, .buffers = buffers});
  };
  const auto near = [](long double a, long double b) { return std::fabs(a - b) < 1e-15L; };
  auto out = updated({ir::update::momentum, 0.25, false});
  CHECK(near(out.at("running_mean").value[0], 7.5L + 0.75L));
  CHECK(near(out.at("running_var").value[0], 75 + 0.25L * 14 / 3 * 3 / 2));
  CHECK(near(out.at("running_var").value[1], 150 + 0.25L * 2 * 3 / 2));
  out = updated({ir::update::keep, 0.25, true});
  CHECK(near(out.at("running_mean").value[1], 5 + 0.75L * 6));
  CHECK(near(out.at("running_var").value[0], 25 + 0.75L * 14 / 3));
  out = updated({ir::update::average, 0, true});
  CHECK(near(out.at("running_mean").value[0], 10 + (3 - 10) / 4.0L));
  CHECK(out.at("batches").value[0] == 4);
}

TEST_CASE("inference reads the running statistics") {
  const ir::graph g = standard(1, ir::running{});
  const auto out =
      evaluate({.graph = g,
                .extents = {{"N", 1}, {"C", 1}},
                .buffers = {{"x", {7}}, {"weight", {2}}, {"bias", {1}}, {"running_mean", {3}}, {"running_var", {16}}}});
  CHECK(std::fabs(out.at("y").value[0] - (1 + 8 / std::sqrt(16 + 1e-5L))) < 1e-18L);
  CHECK(out.size() == 1);
}

TEST_CASE("groups and leading parts of an axis") {
  // sums over C/G with G = 2 groups of 3, then over the first half of C
  ir::graph g{
      .name = "g", .source = "", .axes = {{"C"}}, .atoms = {{0, ir::part::group, "G"}, {0, ir::part::member, "C/G"}}};
  g.nodes = {{.op = "input", .name = "x", .varies = 3}, {.op = "sum", .args = {0}, .varies = 1, .over = 2}};
  g.names = {{"y", 1, ir::role::output}};
  problem p{.graph = g, .extents = {{"C", 6}, {"G", 2}}, .buffers = {{"x", {1, 2, 3, 10, 20, 30}}}};
  CHECK(evaluate(p).at("y").value == std::vector<long double>{6, 60});
  g.nodes[1].first = ir::leading{.atom = 1, .percent = 50};
  CHECK(evaluate(p).at("y").value == std::vector<long double>{3, 30});
  g.nodes[1].first = ir::leading{.atom = 1, .count = 1};
  g.nodes[1].op = "mean";
  CHECK(evaluate(p).at("y").value == std::vector<long double>{1, 10});
  g.nodes = {{.op = "constant", .value = 2}, {.op = "sum", .args = {0}, .over = 2}};
  CHECK(evaluate(p).at("y").value == std::vector<long double>{6});
}

TEST_CASE("bounds: zero on constant rows, the promise at mean 1e6, none out of range") {
  const ir::graph g = standard(2);
  problem p{.graph = g, .extents = {{"N", 1}, {"C", 64}}};
  std::vector<long double>& x = p.buffers["x"];
  p.buffers["weight"].assign(64, 1);
  p.buffers["bias"].assign(64, 0);
  x.assign(64, 1234.5L);
  const auto bounds = [&p] { return evaluate(p).at("y").error; };
  for (const double e : bounds()) CHECK(e < 1e-40);
  for (std::size_t i = 0; i < 64; ++i) x[i] = 1e6L + (i % 2 == 0 ? 1 : -1);
  for (const double e : bounds()) {
    CHECK(e > 1e-8);
    CHECK(e < 8e-6);
  }
  for (std::size_t i = 0; i < 64; ++i) x[i] = 1e30L * (i % 3);
  for (const double e : bounds()) CHECK(e < 8e-6);
  ir::graph cube{.name = "cube", .source = "", .axes = {{"N"}, {"C"}}, .atoms = {{0, whole, "N"}, {1, whole, "C"}}};
  cube.nodes = {{.op = "input", .name = "x", .varies = 3},
                {.op = "sq", .args = {0}, .varies = 3},
                {.op = "mul", .args = {0, 1}, .varies = 3}};
  cube.names = {{"y", 2, ir::role::output}};
  const array y = evaluate({.graph = cube, .extents = p.extents, .buffers = p.buffers}).at("y");
  CHECK(std::isinf(y.error[1]));
}

TEST_CASE("a plain f32 loop is within the bounds, an uncorrected variance is not") {
  const ir::graph g = standard(2);
  problem p{.graph = g, .extents = {{"N", 1}, {"C", 256}}};
  std::vector<long double>& x = p.buffers["x"];
  p.buffers["weight"].assign(256, 1);
  p.buffers["bias"].assign(256, 0);
  for (int i = 0; i < 256; ++i) x.push_back(static_cast<float>(300 + std::sin(i)));
  const array y = evaluate(p).at("y");
  const auto worst = [&](float mean, float variance) {
    double result = 0;
    for (std::size_t i = 0; i < 256; ++i) {
      const float out = (static_cast<float>(x[i]) - mean) * (1 / std::sqrt(variance + 1e-5F));
      result = std::max(result, static_cast<double>(std::fabs(out - y.value[i])) / y.error[i]);
    }
    return result;
  };
  float near = 0, square = 0, raw = 0, raw_square = 0;
  for (const long double v : x) {
    const float value = static_cast<float>(v), c = value - static_cast<float>(x[0]);
    near += c, square += c * c, raw += value, raw_square += value * value;
  }
  const float dm = near / 256, m = raw / 256;
  CHECK(worst(static_cast<float>(x[0]) + dm, square / 256 - dm * dm) < 100);  // K + dm is rounded: not the promise
  CHECK(worst(m, raw_square / 256 - m * m) > 100);
}

TEST_CASE("numbers round to nearest even and survive a trip through memory") {
  CHECK(round_to(number::bf16, 1 + 0x1p-8L) == 1);
  CHECK(round_to(number::bf16, 1 + 3 * 0x1p-8L) == 1 + 0x1p-6L);
  CHECK(round_to(number::f16, 65519.0L) == 65504);
  CHECK(std::isinf(round_to(number::f16, 65520.0L)));
  CHECK(round_to(number::f16, 0x1p-25L) == 0);
  CHECK(round_to(number::f16, 0x1.8p-25L) == 0x1p-24L);
  for (const number type : {number::bf16, number::f16}) {
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
      const auto sample = static_cast<std::uint16_t>(bits);
      std::uint16_t back = 0;
      const long double value = load(type, &sample, 0);
      store(type, &back, 0, value);
      if (!std::isnan(value) && back != sample) FAIL("bits ", bits, " became ", back);
    }
  }
}

}  // namespace
}  // namespace normfold::oracle
