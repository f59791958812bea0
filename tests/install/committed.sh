#!/bin/bash
# Committed generated files compile by one command with runtime/ and Highway, and with pkg-config; no Boost, no CMake.
source "$(dirname "$0")/lib.sh"
fresh committed
cd "$here"
kernels=committed/my_norms_highway.cpp
strict=(-std=c++17 -O1 -ffp-contract=off -Wall -Wextra -Wshadow -Wconversion -Werror)

"$CXX" "${strict[@]}" -Icommitted -I"$SOURCE/runtime/include" -x c++ app.c $kernels -lhwy -o "$WORK/committed/plain"
"$WORK/committed/plain"

if [ -n "$PREFIX" ] && command -v pkg-config >/dev/null; then
  export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig:$PREFIX/lib64/pkgconfig
  read -ra includes <<<"$(pkg-config --cflags normfold)"
  read -ra flags <<<"$(pkg-config --cflags --libs normfold)"
  "$CC" -std=c11 -Wall -Wextra -Wconversion -Werror -Icommitted "${includes[@]}" -c app.c -o "$WORK/committed/app.o"
  "$CXX" "${strict[@]}" -Icommitted "$WORK/committed/app.o" $kernels "${flags[@]}" -o "$WORK/committed/packaged"
  "$WORK/committed/packaged"
fi

included=$("$CXX" -std=c++17 -M -Icommitted -I"$SOURCE/runtime/include" $kernels)
for other in boost/ normfold/dsl normfold/generat Halide; do
  if grep -q "$other" <<<"$included"; then die "generated code includes $other"; fi
done
