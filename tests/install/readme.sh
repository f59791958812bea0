#!/bin/bash
# The README's own example: its layers file and its lines of CMake, taken from the text, generate what its C line calls.
source "$(dirname "$0")/lib.sh"
fresh readme/source
block() { awk -v want="\`\`\`$1" '$0 == "```" {inside = 0} inside {print} $0 == want {inside = 1}' "$SOURCE/README.md"; }
block cpp >"$WORK/readme/source/layers.cpp"
{
  printf 'cmake_minimum_required(VERSION 3.25)\nproject(readme LANGUAGES C CXX)\nadd_executable(app app.c)\n'
  block cmake
} >"$WORK/readme/source/CMakeLists.txt"
{
  block c | grep '^#include'
  printf 'int main(void) {\n  float x[6] = {1, 2, 3, 4, 5, 6}, y[6], weight[3] = {1, 1, 1}, bias[3] = {0, 0, 0};\n'
  printf '  const size_t N = 1, T = 2, C = 3;\n'
  block c | grep -v '^#include'
  printf '  return (int)status;\n}\n'
} >"$WORK/readme/source/app.c"

fresh readme/build
configure readme/build "$WORK/readme/source" "-DCMAKE_PREFIX_PATH=$PREFIX" "-DCMAKE_CXX_COMPILER=$CXX" "-DCMAKE_C_COMPILER=$CC"
build readme/build --target my_norms_generate
"$CC" -std=c11 -Wall -Wextra -Werror -I"$PREFIX/include" -I"$WORK/readme/build/normfold/my_norms" \
  -c "$WORK/readme/source/app.c" -o "$WORK/readme/app.o"
for option in --list --describe --graph --plan; do
  "$WORK/readme/build/normfold_generators/my_norms_layers" $option | grep -q . || die "$option prints nothing"
done
