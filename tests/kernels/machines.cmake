# One library of Halide's for several instruction sets, of which its own dispatch runs the best that this CPU has; and objects
# for machines that are not at hand: that they are made, and for whom. A new machine is one more call of normfold_test_objects.
if(NOT CMAKE_SYSTEM_NAME STREQUAL Linux OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
  return()
endif()

# normfold_test_objects(<library> <machine> <least number of objects>)
function(normfold_test_objects library machine least)
  get_target_property(folder ${library} NORMFOLD_GENERATED_DIR)
  add_test(NAME kernels_${library}_objects COMMAND bash "${CMAKE_CURRENT_SOURCE_DIR}/objects.sh"
    "${folder}/halide/lib${library}_halide.a" ${machine} ${least})
endfunction()

function(normfold_test_machine name machine target)
  set(NORMFOLD_HALIDE_TARGETS ${target})
  normfold_add_kernels(halide_${name} LAYERS layers/rows.cpp TYPES f32 BACKENDS halide)
  normfold_test_objects(halide_${name} ${machine} 1)
endfunction()

block()
  set(NORMFOLD_HALIDE_TARGETS x86-64-linux-sse41-avx-f16c-fma-avx2-avx512-avx512_skylake
    x86-64-linux-sse41-avx-f16c-fma-avx2 x86-64-linux-sse41)
  normfold_test_kernels(halide_fat LAYERS rows LENGTHS few TYPES f32 BACKENDS halide)
  normfold_test_objects(halide_fat x86-64 3)
endblock()
if(widest)
  normfold_test_machine(arm arm-64 arm-64-linux)
  normfold_test_machine(riscv riscv-64 riscv-64-linux)
  normfold_test_machine(wasm wasm-32 wasm-32-wasmrt)
endif()
