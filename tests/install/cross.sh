#!/bin/bash
# A cross build takes its layer program from the host's build: a folder of them, or one of them. Without it, it says so.
source "$(dirname "$0")/lib.sh"
host=$WORK/find_package/normfold_generators
fresh cross
printf 'set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR other)\n' >"$WORK/cross/toolchain.cmake"
common=("-DCMAKE_TOOLCHAIN_FILE=$WORK/cross/toolchain.cmake" "-DCMAKE_PREFIX_PATH=$PREFIX"
  "-DCMAKE_CXX_COMPILER=$CXX" "-DCMAKE_C_COMPILER=$CC")
for generator in "$host" "$host/my_norms_layers"; do
  fresh cross/build
  configure cross/build cross "${common[@]}" "-DNORMFOLD_HOST_GENERATOR=$generator"
  build cross/build --target my_norms_generate
  diff -r "$WORK/cross/build/normfold/my_norms" "$WORK/find_package/kernels/normfold/my_norms"
done
for generator in "" /nowhere; do
  fresh cross/build
  if (configure cross/build cross "${common[@]}" "-DNORMFOLD_HOST_GENERATOR=$generator") >"$WORK/cross/log" 2>&1; then
    die "a cross build without a host generator went through"
  fi
  grep -q "normfold_generators" "$WORK/cross/log" || { cat "$WORK/cross/log"; die "the message does not say what to do"; }
done
