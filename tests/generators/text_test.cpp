// Where generated code is cut into lines.
#include "text.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using normfold::gen::wrapped;

namespace {

const std::string filler(70, 'x');

std::string joined(const std::string& lines) {
  std::string out;
  std::istringstream each(lines);
  for (std::string line; std::getline(each, line);) {
    CHECK(line.size() <= 118);
    out += out.empty() ? line : " " + line.substr(4);
  }
  return out;
}

void is_cut_after(const std::string& first, const std::string& second) {
  const std::string lines = wrapped(first + " " + second);
  CHECK(lines == first + "\n    " + second);
  CHECK(joined(lines) == first + " " + second);
}

}  // namespace

TEST_CASE("a line that fits stays as it is") {
  const std::string fits = filler + ", " + std::string(46, 'y');
  CHECK(fits.size() == 118);
  CHECK(wrapped(fits) == fits);
  CHECK(wrapped(fits, 1) != fits);
}

TEST_CASE("a line is cut in as few brackets as possible") {
  is_cut_after(filler + "(a, b(c, d),", "e(f, g(h, " + std::string(40, 'y') + ")))");
  is_cut_after("{{" + filler + ", a}, {b, c},", "{d, " + std::string(40, 'y') + "}}");
  is_cut_after("f<A, B>(" + filler + ",", "std::pair<int, long>(1, 2).first.first.first.first)");
}

TEST_CASE("a line is cut after what binds least") {
  is_cut_after(filler + " * b + c * d +", "e * f * " + std::string(40, 'y'));
  is_cut_after(filler + " ? a + b :", "c + d * " + std::string(40, 'y'));
  is_cut_after("(" + filler + " * b(c, d) + e,", "f + " + std::string(40, 'y') + ")");
}

TEST_CASE("types, signs, members and quoted text are not cut") {
  is_cut_after("f(" + filler + ",", "const Exprs& a->b->c- d<e, " + std::string(30, 'y') + ")");
  is_cut_after("g(" + filler + ",", "\"a, b + c, " + std::string(40, 'y') + "\")");
  is_cut_after("h(" + filler + ",", "-" + std::string(50, 'y') + ")");
  const std::string word(130, 'x');
  CHECK(wrapped(word) == word);
}
