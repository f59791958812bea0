// The main function of every kernel test: runs the cases, then says how many calls were compared with the oracle.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "targets.hpp"
#include "trial.hpp"

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int failed = context.run();
  if (context.shouldExit()) return failed;
  std::string names;
  for (const auto& each : normfold::kernel_tests::targets()) names += " " + each.name;
  const auto& counted = normfold::kernel_tests::counted();
  std::printf("targets:%s\ncomparisons: %zu (%zu elements, %zu of them beyond the range for which there is a bound)\n",
              names.c_str(), counted.comparisons, counted.elements, counted.without_bound);
  return failed;
}
