// The main function of every kernel test: runs the cases, then says how many calls were compared with the oracle.
// Kernels for a device that is not there are skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "shapes.hpp"
#include "targets.hpp"

namespace {

constexpr int skipped = 77;  // as CMakeLists.txt tells ctest

bool is_without_device() {
  using namespace normfold::kernel_tests;
  if (tested().count == 0) return false;
  const normfold_function& f = tested().functions[0];
  return call(trial(f, tested().graph(f), shape(tested().graph(f), 5, 2))).status == NORMFOLD_NO_DEVICE;
}

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  if (is_without_device()) {
    std::puts("skipped: there is no driver or no device for these kernels");
    return skipped;
  }
  const int failed = context.run();
  if (context.shouldExit()) return failed;
  std::string names;
  for (const auto& each : normfold::kernel_tests::targets()) names += " " + each.name;
  const auto& counted = normfold::kernel_tests::counted();
  std::printf("targets:%s\ncomparisons: %zu (%zu elements, %zu of them beyond the range for which there is a bound)\n",
              names.c_str(), counted.comparisons, counted.elements, counted.without_bound);
  return failed;
}
