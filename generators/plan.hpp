// The plan: what is swept when. The only place that optimises; backends print plans and decide nothing.
#pragma once

#include <string>
#include <vector>

#include "ir.hpp"

namespace normfold::gen {

/// One canonical loop: neighbouring atoms of the memory order that every tensor and every reduction treats alike.
struct loop {
  std::string name;        ///< "nt", the atoms' names joined: an identifier
  std::vector<int> atoms;  ///< of the layer, outermost first
};

/// Sums about a pivot that are taken again about the mean where the pivot was far off.
struct repair {
  int pivot = -1;
  int shift = -1;     ///< mean(v - pivot)
  int variance = -1;  ///< mean(sq(v - mean))
};

/// One sweep: reductions of one scope, or values stored.
struct pass {
  bool reduces = false;
  bool pivots = false;     ///< only the first block of each slice is read
  std::vector<int> nodes;  ///< the reductions taken, or the values stored
  ir::atom_set loops = 0;  ///< the loops it runs over
  ir::atom_set over = 0;   ///< those that are reduced
  std::optional<ir::leading> first;
  std::vector<repair> repairs;
};

/// What to do where squares overflow or vanish: the slice is swept again on x * scale.
struct rescue {
  int scale = -1;             ///< the op "scale"; -1: the graph has none
  std::vector<int> in_range;  ///< what must be an ordinary number for the slice to stand
  pass largest;               ///< the sweep that finds max(abs(x)), from which the scale follows
  pass columns{};             ///< where that is a sweep over columns that belong together: the one before it
};

/// resident: a task owns whole slices; all its sweeps follow each other while the slice is in cache. Every reduction has
/// one scope, and its innermost loop is reduced; statistics are variables.
/// phased: each sweep goes over everything before the next begins, but for those that go slice by slice (`slicing`);
/// statistics lie in arrays in the workspace.
enum class shape { resident, phased };

/// phased: passes [begin, end) follow each other in one slice before the next slice begins, so that what the first of
/// them reads is still in cache for the others.
struct slicing {
  ir::atom_set loops = 0;  ///< each value of these is a slice; 0: every pass goes over everything
  std::size_t begin = 0, end = 0;
  pass across{};  ///< reductions over slices, of what the last of these passes reads: taken in that pass
  bool has(std::size_t pass_index) const { return loops != 0 && begin <= pass_index && pass_index < end; }
};

struct plan {
  ir::graph g;              ///< over loops instead of atoms: bit i of a set is loop i
  std::vector<loop> loops;  ///< memory order, outermost first
  bool strided = false;     ///< the outer loops of full tensors have strides of their own
  shape how = shape::phased;
  std::vector<pass> passes;      ///< in order; the last one stores the outputs
  std::size_t first_output = 0;  ///< from this pass on, what callers get is stored
  rescue extremes;
  std::vector<int> arrays;  ///< phased: nodes whose values lie in arrays between sweeps
  slicing slices;
  /// resident: the loop of neighbouring slices to be swept together where their runs are short; -1: none
  int together = -1;
  bool apart = false;  ///< resident: the runs of a slice lie apart, with those of its neighbours between them

  ir::atom_set all_loops() const { return (ir::atom_set{1} << loops.size()) - 1; }
  const ir::node& at(int i) const { return g.nodes[static_cast<std::size_t>(i)]; }
};

/// How many reductions lie one behind the other below each node: the sweep that computes it.
std::vector<int> stages(const ir::graph& g);

/// `g` is a graph of one direction with its moments shifted; `order` lists its atoms from the outermost in memory.
plan make_plan(const ir::graph& g, const std::vector<int>& order, bool strided);

/// Finds the passes of a phased plan that can go slice by slice, and puts them next to each other (slices.cpp).
void slice(plan& p);

/// Whether functions of this plan have a <name>_workspace.
inline bool needs_workspace(const plan& p) { return p.how == shape::phased && !p.arrays.empty(); }

/// A run of neighbouring loops that one sweep treats alike.
struct group {
  std::vector<int> loops;
  bool reduced = false;
  bool leading = false;  ///< only the leading part of it is taken
};

/// The loops of `set`, merged as far as this sweep allows; `leaves` are the sets along which what it reads varies.
std::vector<group> merged(const plan& p, ir::atom_set set, ir::atom_set over, const std::optional<ir::leading>& first,
                          const std::vector<ir::atom_set>& leaves);

/// What a person would call a node: "shift", "xhat"; "t" where nothing fits.
std::string readable_name(const plan& p, int node);

/// "[keep N*T] [reduce C]"
std::string nest_text(const plan& p);

/// The plan in words: sweeps, workspace, bytes read and written per element. What `--plan` prints.
std::string to_text(const plan& p);

}  // namespace normfold::gen
