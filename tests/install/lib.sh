# Sourced by the scripts here. Environment: SOURCE, PREFIX (an installed Normfold), WORK, CXX, CC, OTHER_CXX, OTHER_CC.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
die() { echo "failed: $*" >&2; exit 1; }

# A build folder that starts empty: fresh <name>
fresh() { rm -rf "${WORK:?}/$1"; mkdir -p "$WORK/$1"; }

# configure <name> <project folder, here or anywhere> <cmake argument>...
configure() {
  local name=$1 project=$2
  shift 2
  if [[ $project != /* ]]; then project=$here/$project; fi
  cmake -G Ninja -S "$project" -B "$WORK/$name" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0 \
    -DNORMFOLD_KERNEL_OPTIMIZATION=-O1 "$@" >"$WORK/$name.log" 2>&1 || { cat "$WORK/$name.log"; die "configure $name"; }
}

# build <name> <argument of cmake --build>...
build() { cmake --build "$WORK/$1" -j2 "${@:2}" >"$WORK/$1.log" 2>&1 || { cat "$WORK/$1.log"; die "build $1"; }; }
