// Writes the header and the table of all ready-made layers for headers.sh to compile. headers <folder> [strided]
#include <fstream>

#include "layers.hpp"

int main(int argc, char** argv) {
  using namespace normfold;
  gen::request asked;
  asked.name = "ready_made";
  asked.types = {gen::element::f32, gen::element::f64, gen::element::bf16, gen::element::f16};
  asked.orders = {"NCHW", "NHWC"};
  asked.directions = {gen::direction::infer, gen::direction::train};
  asked.strided = argc > 2;
  const gen::library lib = gen::make_library(asked, generators_tests::ready_made_graphs());
  const std::string folder = argv[1];
  std::ofstream(folder + "/ready_made.h") << gen::header_text(lib);
  std::ofstream(folder + "/ready_made_table.cpp") << gen::table_text(lib, "highway");
}
