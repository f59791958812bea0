// Every function of the library, on every target, with every length of every axis, between guard pages on both sides.
#include <doctest/doctest.h>

#include "shapes.hpp"
#include "targets.hpp"

namespace normfold::kernel_tests {
namespace {

// The first thing that is wrong with any call of this shape.
std::string first_mistake(const trial& t) {
  const bool refuses = has_one_element(t);
  const auto wanted = refuses ? std::map<std::string, oracle::array>{} : expected(t);
  for (const target& each : targets()) {
    const chosen only(each);
    for (const manner& how : {manner{.end = guard::behind}, manner{.end = guard::before},
                              manner{.end = guard::behind, .stores = NORMFOLD_STORES_STREAM},
                              manner{.end = guard::before, .stores = NORMFOLD_STORES_STREAM}}) {
      const outcome got = call(t, how);
      const std::string wrong = !refuses                             ? judge(t, wanted, got)
                                : got.status == NORMFOLD_ONE_ELEMENT ? ""
                                                                     : "one element per statistic is not refused";
      if (!wrong.empty())
        return to_text(t) + " on " + each.name + (how.end == guard::behind ? "" : ", aligned") +
               (how.stores == NORMFOLD_STORES_AUTO ? "" : ", streamed") + ": " + wrong;
    }
  }
  return "";
}

TEST_CASE("every function, target and length agrees with the oracle") {
  const library& lib = tested();
  REQUIRE(lib.count > 0);
  for (std::size_t i = 0; i < lib.count; ++i) {
    const normfold_function& f = lib.functions[i];
    const ir::graph& g = lib.graph(f);
    for (oracle::sizes& sizes : shapes(g, lib.lengths)) {
      trial t(f, g, std::move(sizes));
      fill(t);
      const std::string wrong = first_mistake(t);
      CHECK_MESSAGE(wrong.empty(), wrong);
      if (!wrong.empty()) break;  // one report a function
    }
  }
}

}  // namespace
}  // namespace normfold::kernel_tests
