// Kernels for a device that is not there: a status, and every tensor as it was. The test hides the drivers by the
// environment (CMakeLists.txt); mistakes of the caller's are found before.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <string>

#include "shapes.hpp"

namespace normfold::kernel_tests {
namespace {

TEST_CASE("without a driver every function answers so and writes nothing") {
  const library& lib = tested();
  REQUIRE(lib.count > 0);
  for (std::size_t i = 0; i < lib.count; ++i) {
    trial t(lib.functions[i], lib.graph(lib.functions[i]), shape(lib.graph(lib.functions[i]), 37, 3));
    fill(t);
    CHECK_MESSAGE(call(t).status == NORMFOLD_NO_DEVICE, to_text(t));
    const outcome got = call(t, {.threads = 3});
    CHECK_MESSAGE(got.status == NORMFOLD_NO_DEVICE, to_text(t) << ", again");
    CHECK_MESSAGE(got.damage.empty(), to_text(t) << ": " << got.damage);
    for (std::size_t k = 0; k < t.tensors.size(); ++k)
      CHECK_MESSAGE(got.after[k] == t.tensors[k].content, to_text(t) << ": " << t.tensors[k].name << " was written");
  }
}

TEST_CASE("a missing tensor is found before a missing device") {
  const normfold_function& f = tested().functions[0];
  const trial t(f, tested().graph(f), shape(tested().graph(f), 37, 3));
  const std::vector<void*> none(t.tensors.size(), nullptr);
  CHECK(f.call(none.data(), t.extent_arguments().data(), nullptr) == NORMFOLD_NULL_POINTER);
}

}  // namespace
}  // namespace normfold::kernel_tests
