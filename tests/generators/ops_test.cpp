// The op table and the columns of the backends say something about the same ops.
#include "ops.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include "halide/column.hpp"
#include "highway/column.hpp"

using namespace normfold::gen;

namespace {

int slots(std::string_view text) {
  int most = 0;
  for (int i = 0; i < 4; ++i)
    if (text.find("{" + std::to_string(i) + "}") != std::string_view::npos) most = i + 1;
  return most;
}

}  // namespace

TEST_CASE("names are unique and found") {
  std::set<std::string_view> names;
  for (const op_row& row : all_ops()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(&find_op(row.name) == &row);
    CHECK(is_leaf(row.name) == (row.kind == op_kind::leaf));
    CHECK(is_reduction(row.name) == (row.kind == op_kind::reduction));
  }
  CHECK_THROWS_AS(find_op("no such op"), std::logic_error);
}

TEST_CASE("a formula's text uses every argument") {
  for (const op_row& row : all_ops()) {
    CAPTURE(row.name);
    CHECK_FALSE(row.text.empty());
    CHECK(slots(row.text) == row.arity);
  }
}

TEST_CASE("every op but the leaves has a meaning") {
  for (const op_row& row : all_ops()) {
    CAPTURE(row.name);
    if (row.kind != op_kind::leaf) CHECK((row.reference != nullptr));
  }
}

TEST_CASE("no row misses its text in the Highway column") {
  for (const op_row& row : all_ops()) {
    CAPTURE(row.name);
    if (row.kind == op_kind::elementwise) {
      REQUIRE_FALSE(highway::elementwise_text(row.name).empty());
      CHECK(slots(highway::elementwise_text(row.name)) == row.arity);
    }
    if (row.kind == op_kind::reduction) {
      const highway::fold_text* fold = highway::find_fold(row.name);
      REQUIRE((fold != nullptr));
      CHECK(fold->step.find("{s}") != std::string_view::npos);
      CHECK(slots(fold->step) == 1);
    }
  }
}

TEST_CASE("no row misses its text in the Halide column") {
  for (const op_row& row : all_ops()) {
    CAPTURE(row.name);
    if (row.kind == op_kind::elementwise) {
      REQUIRE_FALSE(halide::elementwise_text(row.name).empty());
      CHECK(slots(halide::elementwise_text(row.name)) == row.arity);
    }
    if (row.kind == op_kind::reduction) {
      const halide::fold_text* fold = halide::find_fold(row.name);
      REQUIRE((fold != nullptr));
      CHECK(slots(fold->term) == 1);
    }
  }
}

TEST_CASE("an op that commutes gives the same either way") {
  for (const op_row& row : all_ops()) {
    if (!row.commutes) continue;
    CAPTURE(row.name);
    REQUIRE(row.arity == 2);
    const long double there[] = {1.25L, -3.5L};
    const long double back[] = {-3.5L, 1.25L};
    CHECK(row.reference(there) == row.reference(back));
  }
}

TEST_CASE("a fold that starts at its identity ends at the value; NaN comes through") {
  const long double nan = std::numeric_limits<long double>::quiet_NaN();
  for (const op_row& row : all_ops()) {
    if (row.kind != op_kind::reduction) continue;
    CAPTURE(row.name);
    const long double first[] = {row.identity, 2.5L};
    CHECK(row.reference(first) == 2.5L);
    const long double spoiled[] = {row.identity, nan};
    CHECK(std::isnan(row.reference(spoiled)));
    const long double after[] = {nan, 2.5L};
    CHECK(std::isnan(row.reference(after)));
  }
}
