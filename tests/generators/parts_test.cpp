// Highway's kernels in several sources: the same kernels and functions, each in one of them, and none has most of the work.
#include <doctest/doctest.h>

#include <algorithm>

#include "highway/emit.hpp"
#include "layers.hpp"

using namespace normfold;
using namespace normfold::generators_tests;

namespace {

gen::request in_parts(std::size_t parts) {
  gen::request asked;
  asked.name = "all";
  asked.types = {gen::element::f32, gen::element::bf16};
  asked.directions = {gen::direction::infer, gen::direction::train};
  asked.parts = parts;
  return asked;
}

std::vector<gen::file> sources(const gen::request& asked) {
  return gen::highway::emit(gen::make_library(asked, ready_made_graphs()));
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("each function is in one part, as it is where there is but one; parts are numbered and include themselves") {
  const gen::library lib = gen::make_library(in_parts(1), ready_made_graphs());
  const std::vector<gen::file> one = sources(in_parts(1)), parts = sources(in_parts(4));
  REQUIRE(one.size() == 1);
  CHECK(one[0].name == "all_highway.cpp");
  REQUIRE(parts.size() == 4);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].name == "all_highway_" + std::to_string(i + 1) + ".cpp");
    CHECK(times(parts[i].text, "#define HWY_TARGET_INCLUDE \"" + parts[i].name + "\"") == 1);
  }
  const std::string& whole = one[0].text;
  for (const gen::signature& s : lib.functions) {
    CAPTURE(s.name);
    const std::string begin = "normfold_status " + s.name + "(";
    REQUIRE(times(whole, begin) == 1);
    const std::size_t at = whole.find(begin);
    const std::string function = whole.substr(at, whole.find("\n}\n", at) - at);
    CHECK(std::count_if(parts.begin(), parts.end(), [&](const gen::file& f) { return times(f.text, function) == 1; }) ==
          1);
    CHECK(std::count_if(parts.begin(), parts.end(), [&](const gen::file& f) { return times(f.text, begin) != 0; }) ==
          1);
  }
}

TEST_CASE("parts are about as long as each other, and the same every time") {
  const std::vector<gen::file> parts = sources(in_parts(4)), again = sources(in_parts(4));
  std::size_t least = parts[0].text.size(), most = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].text == again[i].text);
    least = std::min(least, parts[i].text.size());
    most = std::max(most, parts[i].text.size());
  }
  CHECK(most < least + least / 2);
}

TEST_CASE("more parts than kernels leave some without any") {
  gen::request asked = in_parts(5);
  asked.directions = {gen::direction::infer};
  const std::vector<gen::file> files = gen::highway::emit(gen::make_library(asked, {lower(layers::layer_norm)}));
  REQUIRE(files.size() == 5);
  CHECK(times(files[0].text, "HWY_EXPORT(") == 2);
  for (std::size_t i = 1; i < files.size(); ++i) CHECK(times(files[i].text, "HWY_EXPORT(") == 0);
}
