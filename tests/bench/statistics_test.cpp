// Medians and quartiles, as every figure of the benchmark is made of them.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cmath>
#include <statistics.hpp>

TEST_CASE("the order of samples does not matter, and one far out moves the median little") {
  const bench::spread s = bench::spread_of({5, 1, 3, 2, 1000});
  CHECK(s.median == 3);
  CHECK(s.low == 2);
  CHECK(s.high == 5);
}

TEST_CASE("between two samples the value is interpolated") {
  const bench::spread s = bench::spread_of({1, 2, 4, 8});
  CHECK(s.median == 3);
  CHECK(s.low == doctest::Approx(1.75));
  CHECK(s.high == doctest::Approx(5));
}

TEST_CASE("one sample is its own spread, none is no number") {
  const bench::spread one = bench::spread_of({7});
  CHECK(one.low == 7);
  CHECK(one.high == 7);
  CHECK(std::isnan(bench::spread_of({}).median));
}
