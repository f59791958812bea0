// Workloads by name: every one of the list is found again, and what cannot be measured is refused with a reason.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <workload.hpp>

TEST_CASE("the name of each workload of the list names it") {
  for (const bench::workload& work : bench::all_workloads()) {
    const std::string name = work.name() + " " + name_of(work.type);
    CAPTURE(name);
    const bench::workload found = bench::workload_named(name);
    CHECK(found.name() == work.name());
    CHECK(found.of == work.of);
    CHECK(found.type == work.type);
    CHECK(found.order == work.order);
    CHECK(found.size.elements() == work.size.elements());
    CHECK(found.size.g == work.size.g);
  }
}

TEST_CASE("sizes that are not in the list") {
  const bench::workload rows = bench::workload_named("residual + LN 3x1000");
  CHECK(rows.size.n == 3);
  CHECK(rows.size.c == 1000);
  CHECK(rows.type == bench::element::f32);
  const bench::workload groups = bench::workload_named("GN NHWC 2x96x40x39 G=8 bf16");
  CHECK(groups.size.elements() == 2 * 96 * 40 * 39);
  CHECK(groups.scopes() == 16);
  CHECK(groups.channels_last());
}

TEST_CASE("what is refused") {
  CHECK_THROWS_WITH_AS(bench::workload_named("LN"), doctest::Contains("no form that is known"), std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("XN 3x4"), doctest::Contains("\"LN\", \"RMS\", \"pRMS 6.25%\""),
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("LN 0x4"), doctest::Contains("extent of 0"), std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("LN NCHW 3x4"), doctest::Contains("is of rows"), std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("BN train 3x4x5x6"), doctest::Contains("needs an order"),
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("GN NHWC 3x4x5x6"), doctest::Contains("needs groups"), std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("IN NHWC 3x4x5x6 G=2"), doctest::Contains("has no groups"),
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(bench::workload_named("GN NHWC 3x4x5x6 G=3"), doctest::Contains("do not divide"),
                       std::runtime_error);
}
