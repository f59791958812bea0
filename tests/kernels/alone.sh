#!/bin/bash
# alone.sh <folder of a printed Halide project> <library> <kernel> <cmake> <its options>...: the project builds by itself, prints
# what is asked of it, its loops ask for memory, and RunGen runs a kernel of rows x[128, t], weight[128].
set -euo pipefail
printed=$1 library=$2 kernel=${2}_$3 cmake=$4 options=("${@:5}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$printed/CMakeLists.txt" "$printed/${library}_generators.cpp" "$work"
"$cmake" -S "$work" -B "$work/build" "${options[@]}" -DCMAKE_BUILD_TYPE=Release "-DNORMFOLD_HALIDE_OUTPUTS=STMT;STMT_HTML;SCHEDULE;ASSEMBLY;REGISTRATION"
"$cmake" --build "$work/build" -j2
for suffix in stmt stmt.html schedule.h s registration.cpp; do
  if ! [ -s "$work/build/$kernel.$suffix" ]; then
    echo "$kernel.$suffix was not printed" >&2
    exit 1
  fi
done

# Sums ask for what is read, the sweep that stores for that and for what it writes.
asked=$(sed -nE 's/^ *for \((lanes|y)[.$].*/loop \1/p; s/.*prefetch\((x|y),.*/\1/p' "$work/build/$kernel.stmt" |
  awk '$1 == "loop" { loop = $2; next } { print loop " asks for " $1 }' | sort -u)
if [ "$asked" != $'lanes asks for x\ny asks for x\ny asks for y' ]; then
  echo "In the loops of $kernel: $asked" >&2
  exit 1
fi

mkdir "$work/rungen"
cat > "$work/rungen/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.22)
project(rungen LANGUAGES C CXX)
find_package(Halide REQUIRED COMPONENTS Halide)
add_executable(rungen $work/build/$kernel.registration.cpp)
target_link_libraries(rungen PRIVATE $work/build/lib${library}_halide.a $work/build/lib${library}_runtime.a Halide::RunGenMain)
target_compile_definitions(rungen PRIVATE HALIDE_NO_PNG HALIDE_NO_JPEG)
set_target_properties(rungen PROPERTIES CXX_STANDARD 17)
EOF
"$cmake" -S "$work/rungen" -B "$work/rungen/build" "${options[@]}"
"$cmake" --build "$work/rungen/build"
"$work/rungen/build/rungen" __user_context=0 x=random:0:[128,1000] weight=random:1:[128] "--output_extents=[128,1000]" --benchmarks=all |
  tee "$work/said"
grep -q "Benchmark for $kernel" "$work/said"
