// The two shapes of kernels: resident (all sweeps of a slice while it is in cache) and phased (sweep after sweep).
#pragma once

#include "body.hpp"

namespace normfold::gen::highway {

void print_resident(const kernel& k, body& b);
void print_phased(const kernel& k, body& b);

// Shared by both: folds over rows ------------------------------------------------------------------------------------------
/// Prints one sweep whose innermost loop is reduced: pivots or sums of one slice, left in variables.
void print_row_folds(const pass& q, body& b);
/// Prints loops over `set` with the innermost one vectorised, storing `targets` through `writes` (pointer per target).
struct write {
  int node;
  tensor to;
};
void print_stores(const std::vector<write>& writes, ir::atom_set set, body& b, const std::string& ahead_loop);
/// Bytes of main memory that the outputs of the kernel take, as an expression.
std::string output_bytes(const kernel& k, const body& b);
/// Which tensors of the kernel the named outputs go to.
std::vector<write> writes_of(const kernel& k, const std::vector<int>& nodes, bool statistics);

}  // namespace normfold::gen::highway
