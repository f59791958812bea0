// How often Halide's kernels of rows read memory, by where the printed generator takes its sums.
#include <doctest/doctest.h>

#include "halide/emit.hpp"
#include "layers.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;

namespace {

template <class Layer>
std::string generators_of(const Layer& layer, gen::direction d) {
  gen::request asked;
  asked.directions = {d};
  for (const gen::file& f : gen::halide::emit(gen::make_library(asked, {lower(layer)})))
    if (f.name.find("_generators.cpp") != std::string::npos) return f.text;
  return "";
}

int count(const std::string& text, std::string_view part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("gradients of rows take the sums of a row, and what is made of them, while it is in cache") {
  const auto once = [](const auto& layer) {
    const std::string text = generators_of(layer, gen::direction::backward);
    CHECK(count(text, "of_row.rows.push_back(") > 0);
    CHECK(count(text, "of_row.columns.push_back(") > 0);
    CHECK(count(text, "steps.rows.push_back(") == 0);
    CHECK(count(text, "steps.columns.push_back(") == 0);
    CHECK(count(text, "steps.values.push_back(") == 0);
  };
  once(layers::layer_norm);
  once(layers::rms_norm);
}

TEST_CASE("sums that callers get of each row are not taken row by row for the output alone") {
  const auto statistics = layer<"rows">(T, C) | over(C) | center | scale | affine(C);
  CHECK(count(generators_of(statistics, gen::direction::train), "of_row.") == 0);
}

TEST_CASE("rows ask for the next one, slices of several loops do not") {
  CHECK(count(generators_of(layers::layer_norm, gen::direction::infer), "ahead = ask_ahead(") == 1);
  CHECK(count(generators_of(layers::group_norm, gen::direction::infer), "ahead = ask_ahead(") == 0);
}
