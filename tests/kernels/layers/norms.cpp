// Prints the kernels of norms.hpp.
#include "norms.hpp"

#include <normfold/generate.hpp>

int main(int argc, char** argv) {
  return normfold::kernel_tests::with_layers(
      [=](const auto&... layers) { return normfold::generate(argc, argv, layers...); });
}
