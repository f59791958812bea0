// The two shapes of kernels: resident (all sweeps of a slice while it is in cache) and phased (sweep after sweep).
#pragma once

#include "body.hpp"

namespace normfold::gen::highway {

void print_resident(const kernel& k, body& b);
void print_phased(const kernel& k, body& b);

struct write {
  int node;
  tensor to;
};

// Shared by both: folds over rows ------------------------------------------------------------------------------------------
/// What is known of slices that go together before each is swept: the places of their pivots, and the name of the nf::PlaceSums of all
/// their runs, which are there where `as_columns`. Both of slices that are not scaled.
struct beforehand {
  std::vector<std::string> pivots;
  std::string places;
};

/// Prints one sweep whose innermost loop is reduced, and returns the name of its sums. `stores`: what will be stored of the slice, whose
/// lines the sweep asks for where stores are kept.
std::string print_sums(const pass& q, body& b, const std::vector<write>& stores, const beforehand& known);
/// The result of fold number i of `q`, whose total is `total`.
std::string result_of(const pass& q, std::size_t i, const std::string& total, const body& b);
/// Prints such a sweep, or one for pivots, of one slice, and leaves the results in variables.
void print_row_folds(const pass& q, body& b, const std::vector<write>& stores = {}, const beforehand& known = {});
/// The same for a sweep with repairs: once more about the mean where the pivot was far off.
void print_repaired_folds(const pass& q, body& b, const std::vector<write>& stores = {}, const beforehand& known = {});
/// Prints the steps of the folds of `q`: what happens to an element.
void print_steps(const pass& q, const std::vector<int>& nodes, body& b);

/// The scales that a loop over `nodes` should not multiply by where they are 1: they are read element by element, or are no part of
/// a multiply-add.
std::vector<int> costly_scales(const std::vector<int>& nodes, const body& b);
/// Prints the beginning of a loop that multiplies by `by`, if there are any such scales.
void open_scaled(const std::vector<int>& scales, body& b);
void close_scaled(const std::vector<int>& scales, const body::state& before, body& b);

/// The loops over one slice.
ir::atom_set slice_of(const plan& p);
/// resident: the loops that are kept, and what stands for a slice: the one loop that is kept, or all of them.
std::vector<int> kept_loops(const plan& p);
std::string slice_name(const plan& p);
/// Opens the outer loops of `groups` (all but the last) as plain loops.
void open_outer(const std::vector<group>& groups, const std::vector<int>& nodes, const std::vector<int>& targets,
                body& b);
/// A product as a factor of another.
std::string in_brackets(const std::string& product);

/// Whether a loop that stores these reads full tensors, so that it can ask for those of the next slice.
bool asks_ahead(const std::vector<write>& writes, const body& b);
/// Those of `nodes` that read full tensors.
std::vector<int> full_tensors(const std::vector<int>& nodes, const body& b);
/// "at.PrefetchAhead(p_x, p_dy);", or in a kernel without sums, "at.Prefetch(p_x + nf::kElementsAhead<S, 1, nf::kNear>);"
std::string prefetch_ahead(const std::vector<int>& tensors, const body& b);
/// For `ahead`: the loop itself reads from main memory; nothing does.
constexpr int in_memory = -1, in_cache = -2;
/// Prints a pointer for each run that is written; returns their names.
std::vector<std::string> print_out_runs(const std::vector<write>& writes, body& b);
/// Prints what asks for the pages of the output runs `runs` and of the input of a loop over `nodes`.
void print_asked_pages(const std::vector<int>& nodes, std::vector<std::string> runs, const std::string& length,
                       const std::string& stream, body& b);
/// Prints what a sweep of one run asks for beside each tensor that it reads; returns the statements for the loop. Kept stores would wait
/// for the lines that they fall into, and between the sums and the outputs memory is idle.
std::vector<std::string> print_asked(const std::vector<int>& nodes, const std::vector<write>& stores,
                                     const std::string& size, int outer, const std::string& next_runs, body& b);
/// Prints the elementwise loop over `vector` that stores `writes`; asks for what lies `next` steps of loop `ahead` further on. `floats`:
/// values that are no tensors' lie beside the elements, as floats.
void print_each(const std::vector<write>& writes, const std::vector<int>& nodes, const group& vector,
                const std::string& length, const std::string& stream, int ahead, body& b, bool floats = false);
/// Bytes of main memory that the outputs of the kernel take, as an expression.
std::string output_bytes(const kernel& k, const body& b);
/// "const bool stream = normfold::streams(...);". `runs`: a factor, where that many runs that lie apart are one.
std::string streams_text(const kernel& k, const body& b, const std::string& runs = "");
/// Which tensors of the kernel the named outputs go to.
std::vector<write> writes_of(const kernel& k, const std::vector<int>& nodes, bool statistics);

}  // namespace normfold::gen::highway
