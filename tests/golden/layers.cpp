// Writes the goldens into the folder it is given: a library a layer, and plans. To add one: a line in main, then
// NORMFOLD_UPDATE_GOLDEN=1 ctest -R golden. They are meant to be read, so they are few.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <normfold/dsl/layers.hpp>
#include <normfold/generate.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace normfold;

struct golden {
  std::string folder;
  bool failed = false;

  void run(std::vector<const char*> words, const std::vector<ir::graph>& layers, std::ostream& out) {
    words.insert(words.begin(), "layers");
    failed = gen::run(static_cast<int>(words.size()), words.data(), layers, out, std::cerr) != 0 || failed;
  }

  /// <layer>.h and <layer>_highway.cpp; gradients have files of their own
  void code(const ir::graph& layer, const char* directions) {
    const std::string name = named(layer, directions);
    run({"--out", folder.c_str(), "--name", name.c_str(), "--directions", directions}, {layer}, std::cout);
  }

  /// norms_generators.cpp: several layers for Halide
  void halide(const std::vector<ir::graph>& layers, const char* directions) {
    const std::string all = folder + "/halide", file = "norms_generators.cpp";
    run({"--out", all.c_str(), "--name", "norms", "--directions", directions, "--backends", "halide"}, layers, std::cout);
    std::filesystem::copy_file(all + "/" + file, folder + "/" + file);
    std::filesystem::remove_all(all);
  }

  /// <layer>.plan: what --plan prints
  void plan(const ir::graph& layer, const char* directions, const char* orders = "") {
    std::ostringstream text;
    run({"--plan", "--directions", directions, "--orders", orders}, {layer}, text);
    std::ofstream file(std::filesystem::path(folder) / (named(layer, directions) + ".plan"), std::ios::binary);
    file << text.str();
    failed = !file.flush() || failed;
  }

  static std::string named(const ir::graph& layer, const std::string& directions) {
    return layer.name + (directions.starts_with("backward") ? "_backward" : "");
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " FOLDER\n";
    return 1;
  }
  golden g{argv[1]};
  std::filesystem::create_directories(g.folder);
  g.code(lower(layers::layer_norm), "infer");
  g.code(lower(layers::batch_norm), "infer,train");
  g.code(lower(layers::group_norm), "infer");
  g.code(lower(layers::add_rms_norm), "infer");
  g.code(lower(layers::layer_norm), "backward");
  g.code(lower(layers::batch_norm), "backward,backward_frozen");
  g.code(lower(layers::rms_norm), "backward");

  g.halide({lower(layers::layer_norm), lower(layers::batch_norm), lower(layers::group_norm), lower(layers::add_rms_norm)}, "train");

  g.plan(lower(layers::layer_norm), "infer,train");
  g.plan(lower(layers::batch_norm), "infer,train", "NCHW,NHWC");
  g.plan(lower(layers::group_norm), "infer", "NCHW,NHWC");
  g.plan(lower(layers::p_rms_norm), "infer");
  g.plan(lower(layers::softmax), "infer");
  g.plan(lower(layers::grn), "infer");
  g.plan(lower(layers::layer_norm), "backward,backward_recompute,backward_from_y");
  g.plan(lower(layers::batch_norm), "backward,backward_frozen", "NCHW,NHWC");
  g.plan(lower(layers::rms_norm), "backward");
  g.plan(lower(layers::group_norm), "backward", "NCHW,NHWC");
  return g.failed ? 1 : 0;
}
