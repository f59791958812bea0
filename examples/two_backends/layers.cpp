// The layer: LayerNorm, from the ready-made ones.
#include <normfold/dsl/layers.hpp>
#include <normfold/generate.hpp>

int main(int argc, char** argv) { return normfold::generate(argc, argv, normfold::layers::layer_norm); }
