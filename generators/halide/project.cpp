// The project is complete in itself: whoever wants to tune a schedule copies the folder and builds it alone.
#include "project.hpp"

#include <set>

#include "generator.hpp"

namespace normfold::gen::halide {

std::string symbol(const library& lib, const kernel& k, const signature& s) {
  return lib.asked.name + "_" + generator_name(k) + "_" + to_text(s.how.type) +
         (s.how.params != s.how.type ? "_" + to_text(s.how.params) : "") + "_kernel";
}

std::string project_text(const library& lib, const std::vector<shared_kernel>& kernels) {
  const std::string& name = lib.asked.name;
  std::string out =
      R"(# The kernels of @: one Halide generator program, one Halide library a kernel, all of them in one archive.
# Printed by Normfold. It builds alone, too: cmake -B build && cmake --build build
cmake_minimum_required(VERSION 3.22)
project(@_halide LANGUAGES C CXX)

set(NORMFOLD_HALIDE_TARGETS host CACHE STRING "Halide's targets; several of one family make a fat library")
set(NORMFOLD_HALIDE_OUTPUTS "" CACHE STRING "What else to print of each kernel: STMT, STMT_HTML, SCHEDULE, ASSEMBLY, REGISTRATION")
find_package(Halide REQUIRED COMPONENTS Halide)
if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
endif()

# Halide before 16 takes every CPU that has bfloat16 instructions for a Sapphire Rapids, and then uses float16 instructions
# that Zen 4 and Zen 5 lack. So the host goes by its name without that, which none of these kernels needs.
if(NORMFOLD_HALIDE_TARGETS MATCHES "(^|;)host" AND Halide_VERSION VERSION_LESS 16)
  if(NOT NORMFOLD_HALIDE_HOST)
    file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/host.cpp" "#include <Halide.h>\n#include <iostream>
int main() { std::cout << Halide::get_host_target().without_feature(Halide::Target::AVX512_SapphireRapids).to_string(); }\n")
    try_run(host_ran host_built "${CMAKE_CURRENT_BINARY_DIR}" "${CMAKE_CURRENT_BINARY_DIR}/host.cpp"
      LINK_LIBRARIES Halide::Halide CXX_STANDARD 17 RUN_OUTPUT_VARIABLE name COMPILE_OUTPUT_VARIABLE problem)
    if(NOT host_built OR NOT host_ran EQUAL 0)
      message(FATAL_ERROR "Halide does not say what the host is; name it in NORMFOLD_HALIDE_TARGETS.\n${problem}${name}")
    endif()
    set(NORMFOLD_HALIDE_HOST "${name}" CACHE STRING "What the target `host` stands for")
  endif()
  string(REGEX REPLACE "(^|;)host" "\\1${NORMFOLD_HALIDE_HOST}" NORMFOLD_HALIDE_TARGETS "${NORMFOLD_HALIDE_TARGETS}")
endif()

add_halide_generator(@_generators SOURCES @_generators.cpp)
# It runs for a moment at build time: compiling it fast matters more than its speed.
if(TARGET @_generators)
  target_compile_options(@_generators PRIVATE "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-O0;-g0>")
endif()

# kernel(<C symbol> <generator> <parameter>...)
# strict_float: sums in the order that the algorithm states, NaN and infinities kept. user_context: the wrapper's, which
# carries the caller's threads and workspace. The wrapper has checked every argument, and knows what to give; RunGen asks the kernels.
set(features strict_float user_context no_asserts large_buffers)
if(NOT "REGISTRATION" IN_LIST NORMFOLD_HALIDE_OUTPUTS)
  list(APPEND features no_bounds_query)
endif()
set(archives)
macro(kernel symbol generator)
  set(outputs)
  foreach(output IN LISTS NORMFOLD_HALIDE_OUTPUTS)
    list(APPEND outputs ${output} ${symbol}_${output})
  endforeach()
  if(archives)
    list(GET kernels 0 first)
    list(APPEND outputs USE_RUNTIME ${first}.runtime)
  endif()
  add_halide_library(${symbol} FROM @_generators GENERATOR ${generator} TARGETS ${NORMFOLD_HALIDE_TARGETS}
    FEATURES ${features} PARAMS ${ARGN} ${outputs})
  list(APPEND kernels ${symbol})
  list(APPEND archives "$<TARGET_FILE_NAME:${symbol}>")
endmacro()
)";
  std::string text;
  for (char c : out) {
    if (c == '@') text += name;
    else text += c;
  }
  for (const shared_kernel& made : kernels) {
    const algorithm a(made.k);
    std::set<std::string> known;
    for (const signature* s : made.users) {
      const std::string id = symbol(lib, made.k, *s);
      if (!known.insert(id).second) continue;
      text += "kernel(" + id + " " + generator_name(made.k);
      for (const std::string& parameter : type_parameters(a, *s)) text += "\n  " + parameter;
      text += ")\n";
    }
  }
  text += R"(
# One archive of all kernels and one of Halide's runtime, which an application needs once.
list(GET kernels 0 first)
set(script "create lib)" +
          name + R"(_halide.a\n")
foreach(archive IN LISTS archives)
  string(APPEND script "addlib ${archive}\n")
endforeach()
file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/archive.mri" CONTENT "${script}save\nend\n")
add_custom_command(OUTPUT lib)" +
          name + R"(_halide.a
  COMMAND "${CMAKE_COMMAND}" -E rm -f lib)" +
          name + R"(_halide.a
  COMMAND "${CMAKE_AR}" -M < archive.mri
  COMMAND "${CMAKE_COMMAND}" -E copy "$<TARGET_FILE:${first}.runtime>" lib)" +
          name + R"(_runtime.a
  BYPRODUCTS lib)" +
          name + R"(_runtime.a
  DEPENDS ${kernels} ${first}.runtime "${CMAKE_CURRENT_BINARY_DIR}/archive.mri"
  VERBATIM)
add_custom_target(archive ALL DEPENDS lib)" +
          name + R"(_halide.a)
)";
  return text;
}

}  // namespace normfold::gen::halide
