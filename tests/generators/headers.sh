#!/bin/bash
# headers.sh <program> <cc> <c++> <runtime/include>: what the program writes compiles as C11 and C++, without a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
flags=(-Wall -Wextra -Wshadow -Wconversion -Werror -fsyntax-only -I"$4")
for how in dense strided; do
  mkdir "$folder/$how"
  "$1" "$folder/$how" ${how/dense/}
  printf '#include "ready_made.h"\n#include "ready_made.h"\n' >"$folder/$how/twice.c"
  "$2" -std=c11 -pedantic "${flags[@]}" "$folder/$how/twice.c"
  "$3" -std=c++17 "${flags[@]}" "$folder/$how/ready_made_table.cpp"
  if grep -n '.\{121\}' "$folder/$how/ready_made.h"; then exit 1; fi
done
"$1" "$folder"  # byte for byte the same the second time
cmp "$folder/ready_made.h" "$folder/dense/ready_made.h"
cmp "$folder/ready_made_table.cpp" "$folder/dense/ready_made_table.cpp"
