#!/bin/bash
# One example, a project of its own, built against the installed package; its own tests run: example.sh <name>
source "$(dirname "$0")/lib.sh"
fresh "example_$1"
configure "example_$1" "../../examples/$1" "-DCMAKE_PREFIX_PATH=$PREFIX" "-DCMAKE_CXX_COMPILER=$CXX" \
  "-DCMAKE_C_COMPILER=$CC"
build "example_$1"
ctest --test-dir "$WORK/example_$1" --output-on-failure --no-tests=error
