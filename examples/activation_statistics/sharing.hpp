// The picture of which elements of an N x C x L tensor a layer normalizes together, read off the layer's graph.
// Part of the layer program, not of the application: it sees the language.
#pragma once

#include <normfold/generate.hpp>
#include <vector>

/// Draws one cube for each layer of three axes: same colour, same statistics. Where they are taken from some of the
/// elements alone, those have a dot. Returns the exit status.
int draw_sharing(const char* path, const std::vector<normfold::ir::graph>& layers);
