# The same tests over kernels that Halide compiled for a GPU, on whatever device is here (PoCL makes one of the CPU), and
# what is answered where there is none. A new API is one more call of normfold_test_device.

# normfold_test_device(<api> HIDDEN_BY <variable>=<value> <options of normfold_test_kernels>...)
function(normfold_test_device api)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HIDDEN_BY;LAYERS" "")
  set(NORMFOLD_HALIDE_TARGETS host-${api})
  set(name halide_${api})
  normfold_test_kernels(${name} LAYERS ${arg_LAYERS} LENGTHS few ${arg_UNPARSED_ARGUMENTS} BACKENDS halide)
  # It is the schedule that is on trial: PoCL compiles three times as fast without its optimizer.
  set_tests_properties(kernels_${name} PROPERTIES ENVIRONMENT HL_OCL_BUILD_OPTIONS=-cl-opt-disable)

  normfold_add_doctest(kernels_${name}_missing no_device_test.cpp $<TARGET_OBJECTS:kernels_${name}>
    LIBRARIES kernel_trials ${name})
  set_tests_properties(kernels_${name}_missing PROPERTIES ENVIRONMENT "${arg_HIDDEN_BY}")
endfunction()

normfold_test_device(opencl HIDDEN_BY OCL_ICD_VENDORS=${CMAKE_CURRENT_SOURCE_DIR}/layers LAYERS norms TYPES f32
  DIRECTIONS infer train)
normfold_test_device(cuda HIDDEN_BY CUDA_VISIBLE_DEVICES=-1 LAYERS norms TYPES f32)
