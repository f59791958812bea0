#!/bin/bash
# objects.sh <archive> <x86-64|arm-64|riscv-64|wasm-32> <least number of objects>: whose objects are in it, and how many.
set -euo pipefail
archive=$1 machine=$2 least=$3
declare -A heads=([x86-64]=7f454c4602010100:3e00 [arm-64]=7f454c4602010100:b700 [riscv-64]=7f454c4602010100:f300 [wasm-32]=0061736d01000000:)
IFS=: read -r magic number <<<"${heads[$machine]}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && ar x "$archive")
count=0
for object in "$work"/*; do
  head=$(od -An -tx1 -N20 "$object" | tr -d ' \n')  # ELF has its machine in bytes 18 and 19
  if [ "${head:0:16}" != "$magic" ] || { [ -n "$number" ] && [ "${head:36:4}" != "$number" ]; }; then
    echo "${object##*/} begins with $head: that is no object for $machine" >&2
    exit 1
  fi
  count=$((count + 1))
done
if ((count < least)); then
  echo "$archive has $count objects, and at least $least were expected" >&2
  exit 1
fi
echo "$count objects for $machine"
