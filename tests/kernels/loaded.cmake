# Kernels of Halide in libraries that are loaded while the program runs, two of them; and their printed project by itself.
normfold_add_kernels(loaded_norms LAYERS layers/dense_rows.cpp TYPES f32 BACKENDS halide TABLE)
set_target_properties(loaded_norms PROPERTIES POSITION_INDEPENDENT_CODE ON)
normfold_add_doctest(kernels_halide_loaded loaded_test.cpp LIBRARIES Normfold::runtime ${CMAKE_DL_LIBS})
foreach(which IN ITEMS A B)
  add_library(loaded_${which} MODULE loaded.cpp)
  target_link_libraries(loaded_${which} PRIVATE loaded_norms)
  add_dependencies(kernels_halide_loaded loaded_${which})
  target_compile_definitions(kernels_halide_loaded PRIVATE LOADED_${which}="$<TARGET_FILE:loaded_${which}>")
endforeach()

# What is printed for Halide builds by itself.
get_target_property(folder loaded_norms NORMFOLD_GENERATED_DIR)
add_test(NAME kernels_halide_alone COMMAND bash "${CMAKE_CURRENT_SOURCE_DIR}/alone.sh" "${folder}" loaded_norms qk_norm_f32_kernel
  "${CMAKE_COMMAND}" "-DHalide_DIR=${Halide_DIR}" "-DHalideHelpers_DIR=${HalideHelpers_DIR}")
