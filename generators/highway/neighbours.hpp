// What neighbouring slices that go together know of each other's statistics: shared by neighbours.cpp and lanes.cpp.
#pragma once

#include <string>
#include <vector>

#include "resident.hpp"

namespace normfold::gen::highway {

/// A value of a slice, and the nf::OfSlices in which it lies until the outputs are written; without a name, where the caller keeps it.
struct kept {
  int node;
  std::string name;
  /// That of the slice that is open.
  std::string place(const plan& p) const { return name + "[" + slice_name(p) + " - begin]"; }
};

/// What is known of a slice and needed once more for `nodes`: of its statistics alone, or with `leaves` of what belongs to it in memory too.
std::vector<int> kept_values(const std::vector<int>& nodes, bool leaves, const body& b);

/// Leaves them where they lie until the outputs are written.
void print_kept(const std::vector<kept>& values, body& b);
/// From now on what is printed is of slices that are not scaled.
void print_unscaled(body& b);

/// "for (size_t i_t = begin; i_t < end; ++i_t) {"
std::string open_slices(const plan& p);

/// Prints the search for the pivots of the slice that is open and of some behind it.
void print_find_ahead(const beforehand& known, body& b);

/// Whether one sweep tells all statistics of a slice: then those of neighbours can be computed at once, a slice a lane.
bool goes_by_lanes(const plan& p);
/// Prints that for the slices [begin, end): their sums one after the other, then what follows from them, left in `values`. A slice that
/// needs a second sweep goes by itself.
void print_by_lanes(const kernel& k, const std::vector<kept>& values, const beforehand& known, body& b);

}  // namespace normfold::gen::highway
