#!/bin/bash
# Each mistake in a call of normfold_add_kernels, and each name that tries to inject something, gets its sentence.
source "$(dirname "$0")/lib.sh"
mistake() {  # mistake <call> <sentence>
  fresh mistakes
  if (configure mistakes mistakes "-DCMAKE_PREFIX_PATH=$PREFIX" "-DCMAKE_CXX_COMPILER=$CXX" "-DCMAKE_C_COMPILER=$CC" \
    "-DCALL=$1") >"$WORK/mistakes.out" 2>&1; then
    die "normfold_add_kernels($1) went through"
  fi
  tr -s ' \n' ' ' <"$WORK/mistakes.out" | grep -qF "$2" || { cat "$WORK/mistakes.out"; die "no sentence for ($1)"; }
}
mistake 'x' 'takes LAYERS <file>...'
mistake '../x LAYERS a.cpp' '`../x`, which is not a C identifier'
mistake '"x;y" LAYERS a.cpp' 'which is not a C identifier'
mistake '1x LAYERS a.cpp' '`1x`, which is not a C identifier'
mistake 'x LAYERS a.cpp TYPES f31' 'TYPES has `f31`, which is not one of f32, f64, bf16 and f16'
mistake 'x LAYERS a.cpp ORDERS N-H' 'ORDERS has `N-H`, which is not an order of axes'
mistake 'x LAYERS a.cpp ORDERS "N$(rm)"' 'which is not an order of axes'
mistake 'x LAYERS a.cpp BACKENDS cuda' 'BACKENDS has `cuda`, which is not a backend'
mistake 'x LAYERS a.cpp DIRECTIONS up' 'DIRECTIONS has `up`, which is not one of infer, train and backward'
mistake 'x LAYERS a.cpp PARAMS f64' 'PARAMS has `f64`, which is not f32'
mistake 'x LAYERS a.cpp TYPES' 'not `TYPES`'
mistake 'x LAYERS a.cpp STRIDDED' '`a.cpp`, which is not a file'
mistake 'x LAYERS ../layers.cpp STRIDDED' '`STRIDDED`, which is not a file'

# The layer program guards its own command line as well.
program=$WORK/find_package/normfold_generators/my_norms_layers
for name in '../evil' 'a b' 'x"y' 'x;y' '1x' '' 'x*/y' $'x\ny'; do
  fresh evil
  if "$program" --out "$WORK/evil/out" --name "$name" --types f32 --directions infer --backends highway \
    >"$WORK/evil/log" 2>&1; then
    die "--name '$name' went through"
  fi
  grep -q . "$WORK/evil/log" || die "--name '$name' has no sentence"
  [ -z "$(find "$WORK/evil" -type f -not -name log)" ] || die "--name '$name' wrote files"
done
