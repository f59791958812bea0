// Random layers: graphs drawn op by op from the op table, so that gradients meet what nobody would write.
#pragma once

#include <cstdint>

#include "ir.hpp"

namespace normfold::gradient_tests {

/// Layer number `seed`: three axes, one of them split for some; an operand, parameters of several shapes, reductions over
/// random sets of axes (some of a leading part), a second output for some. Every op of the table comes up. Functions whose
/// derivative is unbounded or that grow fast get arguments that keep them tame.
ir::graph random_layer(std::uint64_t seed);

}  // namespace normfold::gradient_tests
