#!/bin/bash
# Normfold as a part of a larger project, with the other compiler where there is one.
source "$(dirname "$0")/lib.sh"
fresh add_subdirectory
configure add_subdirectory add_subdirectory "-DNORMFOLD_SOURCE=$SOURCE" \
  "-DCMAKE_CXX_COMPILER=${OTHER_CXX:-$CXX}" "-DCMAKE_C_COMPILER=${OTHER_CC:-$CC}"
build add_subdirectory
ctest --test-dir "$WORK/add_subdirectory" --output-on-failure --no-tests=error
