#!/bin/bash
# One example, a project of its own, built against the installed package; its own tests run: example.sh <name>
source "$(dirname "$0")/lib.sh"
fresh "example_$1"
flags=
# How the package is used is on trial, not every instruction set.
if [ -z "${NORMFOLD_FULL:-}" ]; then flags="-D'HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3|HWY_AVX3_DL)'"; fi
configure "example_$1" "../../examples/$1" "-DCMAKE_PREFIX_PATH=$PREFIX" "-DCMAKE_CXX_COMPILER=$CXX" \
  "-DCMAKE_C_COMPILER=$CC" "-DCMAKE_CXX_FLAGS=$flags"
build "example_$1"
ctest --test-dir "$WORK/example_$1" --output-on-failure --no-tests=error
