// Schedules for targets with a GPU: the helpers that a generator's source has for them.
#pragma once

#include "../text.hpp"

namespace normfold::gen::halide {

void print_gpu_helpers(writer& out);

}  // namespace normfold::gen::halide
