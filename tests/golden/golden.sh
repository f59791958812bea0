#!/bin/bash
# golden.sh <program> <work folder>: what the generator writes is what is committed here, byte for byte.
# NORMFOLD_UPDATE_GOLDEN=1 accepts a change; `git diff` is its review.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$2
rm -rf "$work"
"$1" "$work"

if [ -n "${NORMFOLD_UPDATE_GOLDEN:-}" ]; then
  rm -f "$here"/*.h "$here"/*_highway.cpp "$here"/*_generators.cpp "$here"/*.plan
  cp "$work"/* "$here"/
fi

status=0
names=$(cd "$work" && ls; cd "$here" && find . -name '*.h' -o -name '*_highway.cpp' -o -name '*_generators.cpp' -o -name '*.plan')
for name in $(sed 's,^\./,,' <<<"$names" | sort -u); do
  diff -uN --label "committed $name" --label "generated $name" "$here/$name" "$work/$name" || status=1
done
if ((status != 0)); then
  echo "The generated text differs from the goldens. If it reads better, accept it and review the diff:"
  echo "  NORMFOLD_UPDATE_GOLDEN=1 ctest -R golden && git diff tests/golden"
fi
exit $status
