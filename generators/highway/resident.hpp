// What kernels that keep a slice in cache share, whether its neighbours are kept there beside it (neighbours.cpp) or not
// (resident.cpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sweeps.hpp"

namespace normfold::gen::highway {

/// Declares where the slice stands whose number is `flat`, or slice_name(), in those loops that are `read`.
void declare_slice(body& b, const std::string& flat = "", ir::atom_set read = ~ir::atom_set{0});
/// Prints the statistics of the slice that is open and what else `targets` need of it, and lets `outputs` go on from there.
void print_statistics(const kernel& k, const std::vector<int>& targets, body& b, const std::function<void()>& outputs,
                      const beforehand& known = {});
/// What the last sweep that reduces asks for besides: what is stored next, where the runs of a slice follow each other.
std::vector<write> stored_next(const kernel& k, const plan& p);
/// Stores those of them that callers get.
void print_stored_statistics(const kernel& k, body& b);
/// The first sweep that sums: behind that for the pivots, if there is one.
inline std::size_t first_sums(const plan& p) { return p.passes[0].pivots ? 1 : 0; }
/// The loops of one slice's outputs.
std::vector<group> output_loops(const std::vector<write>& writes, const std::vector<int>& nodes, const body& b);
std::vector<int> nodes_of(const std::vector<write>& writes);

/// Prints the kernel for slices that go together.
void print_slices_together(const kernel& k, const std::vector<write>& writes, int ahead, body& b);

}  // namespace normfold::gen::highway
