#!/bin/bash
# Who may include whom. A rule: forbid <what, as a regex of the included name> <where: folders or files> [but: files].
set -uo pipefail
cd "$1" || exit 1
status=0
forbid() {
  local what=$1 where=$2 but=${3:-^$} hits
  # shellcheck disable=SC2086  # several folders in one argument
  hits=$(grep -rnHE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($what)" $where \
    --include='*.h' --include='*.hpp' --include='*.cpp' --include='*.c' 2>/dev/null | grep -vE "^($but)" || true)
  if [ -n "$hits" ]; then
    printf 'forbidden in %s:\n%s\n' "$where" "$hits"
    status=1
  fi
}

# The DSL knows nobody but Hana.
forbid 'boost/' dsl 'dsl/include/normfold/[a-z_/]*\.hpp:[0-9]+:#include <boost/hana'
forbid 'normfold/(runtime|generate)|hwy/|Halide|(\.\./)*generators/' dsl
# The runtime knows nobody; Highway only where a file is compiled once per target.
forbid 'boost/|normfold/(dsl|generat|axes)|Halide\.h' runtime
forbid 'hwy/' runtime 'runtime/include/normfold/runtime/[a-z_]+-inl\.h:'
# Generators meet the DSL in one file, share its plain function on nests, and never run kernels.
forbid 'boost/|normfold/dsl' generators 'generators/(lower|include/normfold/generate)\.hpp:|[^:]*:[0-9]+:#include [<"]normfold/dsl/nest\.hpp'
forbid 'boost/|normfold/' dsl/include/normfold/dsl/nest.hpp
forbid 'hwy/|Halide|normfold/runtime' generators
# Only generated sources include Halide.h. Applications never see the language; their files of layers do.
forbid 'Halide' 'dsl generators runtime tests bench examples' 'runtime/include/normfold/runtime/halide_(call|device|tensor)\.h:[0-9]+:#include "HalideRuntime\.h"|tests/golden/[a-z_]+_generators\.cpp:'
forbid 'boost/|normfold/dsl' examples 'examples/[a-z_]+/layers\.cpp:[0-9]+:#include <normfold/dsl/layers\.hpp>'
exit $status
