// Names that people choose are safe in C: words of the languages, names of libraries, names that meet.
#include <doctest/doctest.h>

#include <set>

#include "declaration.hpp"
#include "layers.hpp"
#include "manual.hpp"
#include "text.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;

TEST_CASE("a name is given once") {
  gen::unique_names names;
  CHECK(names("x") == "x");
  CHECK(names("weight") == "weight");
  const std::string again = names("x");
  CHECK(again != "x");
  CHECK(names("x") != again);
}

TEST_CASE("words of C and C++ and names with a meaning are not given") {
  for (const char* word : {"int",     "for",    "while", "class", "template", "restrict", "new",        "gamma",
                           "context", "NULL",   "y0",    "hn",    "nf",       "last",     "ahead",      "each",
                           "within",  "scaled", "part",  "by",    "as_one",   "found",    "find_pivots"}) {
    CAPTURE(word);
    gen::unique_names names;
    CHECK(names(word) != word);
  }
}

TEST_CASE("a graph of unlucky names still has a sound signature") {
  // The language refuses these; a graph does not need to come from it.
  ir::graph g = lower(layer<"unlucky">(T, C) | add(operand<"r">) | over(C) | scale | affine(C));
  g.axes[1].name = g.atoms[1].name = "int";
  for (ir::node& n : g.nodes)
    if (n.name == "r") n.name = "double";
    else if (n.name == "weight") n.name = "gamma";
    else if (n.name == "bias") n.name = "T";
  const gen::signature s = gen::make_library({}, {g}).functions.at(0);
  std::set<std::string> ids;
  for (const gen::argument& a : s.arguments) CHECK(ids.insert(a.id).second);
  for (const gen::extent& e : s.extents) CHECK(ids.insert(e.id).second);
  for (const char* word : {"int", "double", "gamma"}) CHECK(ids.count(word) == 0);
}

TEST_CASE("comments cannot be left") {
  CHECK(gen::comment_safe("a \\") == "a /");
  CHECK(gen::comment_safe("a\nint b;") == "a int b;");
}

TEST_CASE("calls are wrapped after commas") {
  CHECK(gen::call_text("f", {}) == "f()");
  CHECK(gen::call_text("f", {"a", "b"}) == "f(a, b)");
  CHECK(gen::call_text("f", {std::string(70, 'a'), std::string(70, 'b')}) ==
        "f(" + std::string(70, 'a') + ",\n  " + std::string(70, 'b') + ")");
}
