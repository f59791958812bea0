// What stands above the generators in a printed source: includes and the functions that algorithms call.
#pragma once

#include "../text.hpp"

namespace normfold::gen::halide {

void print_prelude(const std::string& library, writer& out);

}  // namespace normfold::gen::halide
