# What `cmake --install` puts into a prefix: headers, the generators, the CMake package and normfold.pc.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Normfold")
foreach(folder IN ITEMS dsl/include generators/include runtime/include)
  if(NOT (NORMFOLD_HOST_GENERATOR AND NOT folder STREQUAL "runtime/include"))
    install(DIRECTORY "${folder}/normfold" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
      FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  endif()
endforeach()
install(TARGETS normfold_runtime EXPORT NormfoldTargets)
if(TARGET normfold_generators)
  install(DIRECTORY generators/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/normfold/generators"
    FILES_MATCHING PATTERN "*.hpp" PATTERN include EXCLUDE)
  install(TARGETS normfold_generators EXPORT NormfoldTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()
install(EXPORT NormfoldTargets NAMESPACE Normfold:: DESTINATION "${package_dir}")

configure_package_config_file(cmake/NormfoldConfig.cmake.in NormfoldConfig.cmake INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(NormfoldConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/NormfoldConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/NormfoldConfigVersion.cmake"
  cmake/NormfoldDependencies.cmake
  cmake/NormfoldAddKernels.cmake
  DESTINATION "${package_dir}")

# The package file finds its prefix from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH normfold_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/normfold.pc.in normfold.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/normfold.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
