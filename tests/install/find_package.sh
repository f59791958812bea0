#!/bin/bash
# find_package from an installed prefix, kernels shared by several folders, and what is rebuilt when.
source "$(dirname "$0")/lib.sh"
fresh find_package
configure find_package find_package "-DCMAKE_PREFIX_PATH=$PREFIX" "-DCMAKE_CXX_COMPILER=$CXX" "-DCMAKE_C_COMPILER=$CC"
build find_package
ctest --test-dir "$WORK/find_package" --output-on-failure --no-tests=error

# Nothing has changed: nothing runs.
build find_package
grep -q "no work to do" "$WORK/find_package.log" || { cat "$WORK/find_package.log"; die "a second build does work"; }

# The layers are touched, not changed: the generator runs, nothing is compiled from its output.
program=$WORK/find_package/normfold_generators/my_norms_layers
touch "$program"
build find_package
grep -q "Generating kernels my_norms" "$WORK/find_package.log" || die "a newer generator did not run"
if grep -q "Building CXX" "$WORK/find_package.log"; then cat "$WORK/find_package.log"; die "equal output was recompiled"; fi
