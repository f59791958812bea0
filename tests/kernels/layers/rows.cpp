// Prints the kernels of rows.hpp.
#include "rows.hpp"

#include <normfold/generate.hpp>

int main(int argc, char** argv) {
  return normfold::kernel_tests::with_layers(
      [=](const auto&... layers) { return normfold::generate(argc, argv, layers...); });
}
