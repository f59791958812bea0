// Which extents the tests try: each axis in turn takes every length, the others stay small.
#pragma once

#include <vector>

#include "trial.hpp"

namespace normfold::kernel_tests {

/// Around the number of lanes of every target, twice that, the lanes of sums, primes and 4096.
const std::vector<std::size_t>& all_lengths();
/// One of each kind, for libraries of many functions.
const std::vector<std::size_t>& few_lengths();

/// Each axis with each length while the others are short, and one shape in which all have some length.
std::vector<oracle::sizes> shapes(const ir::graph& g, const std::vector<std::size_t>& lengths);

/// One shape, the innermost axis of `inner` elements (of each group where it is split), the others of `outer` and more.
oracle::sizes shape(const ir::graph& g, std::size_t inner, std::size_t outer);

/// The reductions that a function of the layer computes, a gradient's those of the function that it is of: inference is
/// given those that running statistics keep.
std::vector<ir::node> reductions(const ir::graph& g, const normfold_function& f);

/// Atoms that one of them reduces.
ir::atom_set reduced_atoms(const ir::graph& g, const normfold_function& f);

/// Where element `index` of a tensor along `atoms` stands: its index among the atoms of `part` alone, layer's order.
std::size_t index_along(ir::atom_set part, ir::atom_set atoms, std::size_t index,
                        const std::vector<std::size_t>& extents);

ir::atom_set set_of(const std::vector<int>& atoms);

/// The call updates an unbiased running variance from a single element.
bool has_one_element(const trial& t);

}  // namespace normfold::kernel_tests
