#!/bin/bash
# Output is the same byte for byte: run after run, in another build folder, from a generator built by another compiler.
# It also equals the files in committed/. NORMFOLD_UPDATE_GOLDEN=1 accepts a change of those.
source "$(dirname "$0")/lib.sh"
program=$WORK/find_package/normfold_generators/my_norms_layers
options=(--name my_norms --types f32 --directions infer --backends highway --table)
fresh runs
for run in 1 2; do "$program" --out "$WORK/runs/$run" "${options[@]}"; done
(cd / && LC_ALL=C TZ=Asia/Tokyo "$program" --out "$WORK/runs/elsewhere" "${options[@]}")

if [ -n "${NORMFOLD_UPDATE_GOLDEN:-}" ]; then
  cp "$WORK"/runs/1/my_norms.h "$WORK"/runs/1/my_norms_highway.cpp "$here/committed/"
fi
for folder in "$WORK/runs/2" "$WORK/runs/elsewhere" "$WORK/find_package/kernels/normfold/my_norms" \
  "$WORK/add_subdirectory/normfold/my_norms"; do
  diff -r "$WORK/runs/1" "$folder" || die "$folder differs"
done
for file in my_norms.h my_norms_highway.cpp; do
  diff "$here/committed/$file" "$WORK/runs/1/$file" || die "committed/$file differs, see the first lines of $0"
done
