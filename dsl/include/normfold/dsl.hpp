// The language in which a normalization layer is one line: layer<"rms_norm">(T, C) | over(C) | scale | gain(C).
// Words are in dsl/stage.hpp, ops in dsl/ops.hpp, axes in dsl/axis.hpp, ready-made layers in dsl/layers.hpp.
#pragma once

#include "dsl/describe.hpp"
