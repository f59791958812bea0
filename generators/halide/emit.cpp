// Writes <library>_generators.cpp, CMakeLists.txt (a project of its own) and <library>_halide.cpp.
#include "emit.hpp"

#include "generator.hpp"
#include "prelude.hpp"
#include "project.hpp"
#include "wrapper.hpp"

namespace normfold::gen::halide {

std::vector<file> emit(const library& lib) {
  const std::vector<shared_kernel> kernels = kernels_of(lib);
  writer out;
  print_prelude(lib.asked.name, out);
  for (const shared_kernel& made : kernels) {
    out.line();
    print_generator(made, out);
  }
  out.line();
  out.line("}  // namespace");
  out.line();
  for (const shared_kernel& made : kernels)
    out.line("HALIDE_REGISTER_GENERATOR(" + made.k.name + ", " + generator_name(made.k) + ")");
  return {{lib.asked.name + "_generators.cpp", out.str()},
          {"CMakeLists.txt", project_text(lib, kernels)},
          {lib.asked.name + "_halide.cpp", wrappers_text(lib, kernels)}};
}

}  // namespace normfold::gen::halide
