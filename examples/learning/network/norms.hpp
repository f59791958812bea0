// The norms of layers.cpp as layers of a network: each calls its generated functions. A new norm is one class in
// norms.cpp and one row of make_norm there.
#pragma once

#include <string>

#include "module.hpp"

/// "BN", "GN" (groups of 4 channels), "IN", "LN" on images of `channels`; "row LN", "RMS", "pRMS" on rows of as many
/// values; null for "none".
layer_ptr make_norm(const std::string& name, std::size_t channels);
