# normfold_add_kernels: a static library of kernels from a file of layers. Used by the build tree and by the package.
# A backend is one function here, _normfold_compile_<backend>, and its name in the check of BACKENDS.
set(NORMFOLD_KERNEL_OPTIMIZATION "-O3" CACHE STRING "How the generated kernels are optimized")
set(NORMFOLD_HOST_GENERATOR "" CACHE PATH
  "For cross builds: a layer program built for the host, or a folder of them (<target>_layers)")
set(NORMFOLD_HALIDE_TARGETS host CACHE STRING "Halide's targets: host, or several of one family for a fat library")
set(NORMFOLD_HALIDE_OUTPUTS "" CACHE STRING "What else Halide prints of each kernel: STMT STMT_HTML SCHEDULE ASSEMBLY REGISTRATION")
mark_as_advanced(NORMFOLD_KERNEL_OPTIMIZATION NORMFOLD_HOST_GENERATOR)

# Stops unless each value of the list is wholly matched by the expression.
function(_normfold_require target option expression meaning)
  foreach(value IN LISTS ARGN)
    if(NOT value MATCHES "^(${expression})$")
      message(FATAL_ERROR "normfold_add_kernels(${target}): ${option} has `${value}`, which is not ${meaning}.")
    endif()
  endforeach()
endfunction()

# The program that prints the kernels: built from LAYERS here, or lent by the host.
function(_normfold_layer_program target layers out_command out_depends)
  set(program "${target}_layers")
  if(NORMFOLD_HOST_GENERATOR)
    set(path "${NORMFOLD_HOST_GENERATOR}")
    if(IS_DIRECTORY "${path}")
      set(path "${path}/${program}${CMAKE_HOST_EXECUTABLE_SUFFIX}")
    endif()
    if(NOT EXISTS "${path}")
      message(FATAL_ERROR "normfold_add_kernels(${target}): the host generator ${path} does not exist. Configure this "
        "project for the host first, build ${program} there, and pass that build's folder normfold_generators.")
    endif()
    set(${out_command} "${path}" PARENT_SCOPE)
    set(${out_depends} "${path}" PARENT_SCOPE)
    return()
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(FATAL_ERROR "normfold_add_kernels(${target}): a cross build cannot run the layer program it compiles. Pass "
      "-DNORMFOLD_HOST_GENERATOR=<host build>/normfold_generators.")
  endif()
  add_executable(${program} EXCLUDE_FROM_ALL ${layers})
  target_link_libraries(${program} PRIVATE Normfold::generate)
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/normfold_generators")
  # It runs once: compiling it fast matters more than its speed.
  target_compile_options(${program} PRIVATE "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-O0;-g0>")
  set(${out_command} ${program} PARENT_SCOPE)
  set(${out_depends} ${program} PARENT_SCOPE)
endfunction()

# Highway compiles a source once per SIMD target by including it again: the source's folder serves quoted includes.
function(_normfold_compile_highway target folder)
  normfold_find_highway()
  target_link_libraries(${target} PRIVATE Normfold::highway)
  target_compile_features(${target} PRIVATE cxx_std_17)
  target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:SHELL:-iquote \"${folder}\">")
endfunction()

# Halide's kernels are built by the project that is printed beside them, with add_halide_generator and add_halide_library,
# into one archive; only the generator knows how many there are. Every archive comes with the runtime, of which an
# application links the first.
function(_normfold_compile_halide target folder)
  normfold_find_halide(found)
  if(NOT found)
    message(FATAL_ERROR "normfold_add_kernels(${target}): the backend `halide` needs Halide 14 or later: install "
      "libhalide14-0-dev, or set Halide_DIR.")
  endif()
  set(build "${folder}/halide")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/normfold/${target}")
  string(REPLACE ";" "$<SEMICOLON>" targets "${NORMFOLD_HALIDE_TARGETS}")
  string(REPLACE ";" "$<SEMICOLON>" outputs "${NORMFOLD_HALIDE_OUTPUTS}")
  set(options "-DNORMFOLD_HALIDE_TARGETS=${targets}" "-DNORMFOLD_HALIDE_OUTPUTS=${outputs}" -DCMAKE_BUILD_TYPE=Release
    "-DHalide_DIR=${Halide_DIR}" "-DHalideHelpers_DIR=${HalideHelpers_DIR}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
    "-DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}")
  foreach(name IN ITEMS CMAKE_MAKE_PROGRAM CMAKE_TOOLCHAIN_FILE CMAKE_CXX_COMPILER_LAUNCHER)
    if(${name})
      list(APPEND options "-D${name}=${${name}}")
    endif()
  endforeach()
  add_custom_command(OUTPUT "${stamp}_halide.stamp"
    BYPRODUCTS "${build}/lib${target}_halide.a" "${build}/lib${target}_runtime.a"
    COMMAND "${CMAKE_COMMAND}" -G "${CMAKE_GENERATOR}" -S "${folder}" -B "${build}" ${options} --log-level=WARNING
    COMMAND "${CMAKE_COMMAND}" --build "${build}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}_halide.stamp"
    DEPENDS "${stamp}.stamp"
    COMMENT "Compiling Halide's kernels of ${target}"
    VERBATIM)
  add_custom_target(${target}_halide DEPENDS "${stamp}_halide.stamp")
  add_dependencies(${target} ${target}_halide)
  target_link_libraries(${target} PRIVATE "${build}/lib${target}_halide.a" "${build}/lib${target}_runtime.a" Normfold::halide)
  target_compile_features(${target} PRIVATE cxx_std_17)
endfunction()

# normfold_add_kernels(<target> LAYERS <file>... [TYPES f32 f64 bf16 f16] [ORDERS <order>...] [BACKENDS highway halide]
#                      [DIRECTIONS infer train backward backward_recompute backward_from_y
#                      backward_frozen] [PARAMS f32] [PARTS <number>] [STRIDED] [TABLE])
# makes a static library <target> of the layers that the main function in LAYERS hands to normfold::generate. Who links
# it includes "<target>.h". ORDERS are memory orders other than the layer's own: NHWC, or N.head.C with longer names.
# PARTS is the number of sources that Highway's kernels are in, which compile side by side.
function(normfold_add_kernels target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STRIDED;TABLE" "PARAMS;PARTS" "LAYERS;TYPES;ORDERS;BACKENDS;DIRECTIONS")
  _normfold_require("${target}" "the target's name" "[A-Za-z][A-Za-z0-9_]*" "a C identifier" "${target}")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES OR NOT arg_LAYERS)
    message(FATAL_ERROR "normfold_add_kernels(${target}) takes LAYERS <file>... and then TYPES, ORDERS, BACKENDS, "
      "DIRECTIONS, PARAMS, PARTS with values, STRIDED or TABLE, not `${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}`.")
  endif()
  if(NOT arg_TYPES)
    set(arg_TYPES f32)
  endif()
  if(NOT arg_BACKENDS)
    set(arg_BACKENDS highway)
  endif()
  if(NOT arg_DIRECTIONS)
    set(arg_DIRECTIONS infer)
  endif()
  _normfold_require(${target} TYPES "f32|f64|bf16|f16" "one of f32, f64, bf16 and f16" ${arg_TYPES})
  _normfold_require(${target} PARAMS "f32" "f32" ${arg_PARAMS})
  _normfold_require(${target} PARTS "[1-9][0-9]?[0-9]?" "a number from 1 to 999" ${arg_PARTS})
  _normfold_require(${target} DIRECTIONS "infer|train|backward|backward_recompute|backward_from_y|backward_frozen"
    "one of infer, train and backward, nor backward_recompute, backward_from_y or backward_frozen" ${arg_DIRECTIONS})
  _normfold_require(${target} BACKENDS "highway|halide" "a backend (highway or halide)" ${arg_BACKENDS})
  _normfold_require(${target} ORDERS "[A-Za-z][A-Za-z0-9_]*([.][A-Za-z][A-Za-z0-9_]*)*"
    "an order of axes such as NHWC or N.head.C" ${arg_ORDERS})
  foreach(file IN LISTS arg_LAYERS)
    get_filename_component(path "${file}" ABSOLUTE)
    get_source_file_property(generated "${file}" GENERATED)
    if(NOT EXISTS "${path}" AND NOT generated)
      message(FATAL_ERROR "normfold_add_kernels(${target}): LAYERS has `${file}`, which is not a file.")
    endif()
  endforeach()

  set(folder "${CMAKE_CURRENT_BINARY_DIR}/normfold/${target}")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/normfold/${target}.stamp")
  set(settings "${CMAKE_CURRENT_BINARY_DIR}/normfold/${target}.settings")
  set(options)
  foreach(option IN ITEMS types orders directions backends params parts)
    string(TOUPPER "${option}" upper)
    if(arg_${upper})
      list(REMOVE_DUPLICATES arg_${upper})
      list(JOIN arg_${upper} "," value)
      list(APPEND options "--${option}" "${value}")
    endif()
  endforeach()
  set(files "${folder}/${target}.h")
  foreach(backend IN LISTS arg_BACKENDS)
    if(backend STREQUAL highway AND arg_PARTS GREATER 1)
      foreach(part RANGE 1 ${arg_PARTS})
        list(APPEND files "${folder}/${target}_highway_${part}.cpp")
      endforeach()
    else()
      list(APPEND files "${folder}/${target}_${backend}.cpp")
    endif()
  endforeach()
  if(arg_STRIDED)
    list(APPEND options --strided)
  endif()
  if(arg_TABLE)
    list(APPEND options --table)
    list(APPEND files "${folder}/${target}_table.cpp")
  endif()

  # The generator leaves a file that would not change alone, so that nothing is compiled again: the stamp says when it
  # ran. Changed options reach it through the settings file, with every generator of CMake.
  file(MAKE_DIRECTORY "${folder}")
  file(CONFIGURE OUTPUT "${settings}" CONTENT "${options}\n")
  _normfold_layer_program(${target} "${arg_LAYERS}" command depends)
  add_custom_command(OUTPUT "${stamp}" BYPRODUCTS ${files}
    COMMAND "${command}" --out "${folder}" --name "${target}" ${options}
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS ${depends} "${settings}"
    COMMENT "Generating kernels ${target}"
    VERBATIM)
  add_custom_target(${target}_generate DEPENDS "${stamp}")

  add_library(${target} STATIC)
  add_dependencies(${target} ${target}_generate)
  set_source_files_properties(${files} PROPERTIES GENERATED TRUE)
  target_sources(${target} PRIVATE ${files})
  foreach(backend IN LISTS arg_BACKENDS)
    cmake_language(CALL _normfold_compile_${backend} ${target} "${folder}")
  endforeach()
  set_target_properties(${target} PROPERTIES
    LINKER_LANGUAGE CXX
    POSITION_INDEPENDENT_CODE ON
    PUBLIC_HEADER "${folder}/${target}.h"
    NORMFOLD_GENERATED_DIR "${folder}")
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${folder}>")
  target_link_libraries(${target} PUBLIC Normfold::runtime)
  # The arithmetic is the source's own: no contraction, no relaxation that a caller's flags ask for.
  target_compile_options(${target} PRIVATE
    "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:${NORMFOLD_KERNEL_OPTIMIZATION};-fno-fast-math;-ffp-contract=off>")
endfunction()
