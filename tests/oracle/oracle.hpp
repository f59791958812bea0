// The one judge of every kernel, gradient and fuzz case: an interpreter of the graph in extended precision. It takes the
// graph as lowered, before any rewrite, so that the rules are judged too. Ops come from the op table; see error.hpp for
// the bounds. A new elementwise op needs nothing here, a new reduction one line in reduce.cpp.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "ir.hpp"
#include "number.hpp"

namespace normfold::oracle {

/// Extents and group counts by name: {"N", 2}, {"C", 64}, {"G", 4}. What the layer fixes need not be named.
using sizes = std::map<std::string, std::size_t>;

/// Values, the last atom fastest, atoms in the layer's order, and for each the largest difference to it that the
/// roundings of a correct kernel explain. A bound may be infinite: no promise is made for that element.
struct array {
  std::vector<long double> value{};
  std::vector<double> error{};
};

struct problem {
  const ir::graph& graph;
  sizes extents{};
  bool train = false;            ///< else infer
  number storage = number::f32;  ///< the tensors' type in memory: what `rounded` rounds to
  std::vector<int> order{};      ///< atoms from the outermost in memory; empty: the layer's order
  std::map<std::string, std::vector<long double>> buffers{};  ///< by argument name, in the layer's order of axes
};

/// Outputs by name. train: also the named statistics, and "running_<name>" (and "batches", the number seen) updated.
/// infer: kept reductions are read from the buffers "running_<name>". Throws std::invalid_argument on a buffer that is
/// missing or of the wrong size, std::logic_error on a graph that no layer means.
std::map<std::string, array> evaluate(const problem& p);

/// The extent of each atom of the graph.
std::vector<std::size_t> atom_extents(const ir::graph& graph, const sizes& extents);

/// How many elements a value has that varies along `set`.
std::size_t elements(ir::atom_set set, const std::vector<std::size_t>& extents);

/// For each element over the atoms `to`, in their order, the element of `from` (a subset) that it reads.
std::vector<std::size_t> broadcast(ir::atom_set from, ir::atom_set to, const std::vector<std::size_t>& extents);

/// How many leading elements of its atom `first` takes.
std::size_t leading_count(const ir::leading& first, const std::vector<std::size_t>& extents);

/// Whether the value of node `i` is a - mean(a); `over` must be what the mean reduces where it is not 0.
bool is_centred(const ir::graph& graph, int i, ir::atom_set over = 0);

}  // namespace normfold::oracle
