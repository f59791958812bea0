// Prefetches in the loops of a kernel: the helper that a generator's source has for them.
#pragma once

#include "../text.hpp"

namespace normfold::gen::halide {

void print_ahead_helper(writer& out);

}  // namespace normfold::gen::halide
