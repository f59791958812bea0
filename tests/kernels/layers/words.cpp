// Prints the kernels of words.hpp.
#include "words.hpp"

#include <normfold/generate.hpp>

int main(int argc, char** argv) {
  return normfold::kernel_tests::with_layers(
      [=](const auto&... layers) { return normfold::generate(argc, argv, layers...); });
}
