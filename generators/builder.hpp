// Builds a graph node by node; equal nodes become one (value numbering). Every rewrite (rules.cpp, moments.cpp,
// directions.cpp) walks an old graph and builds a new one through this class.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ir.hpp"

namespace normfold::gen {

/// What a value is made of, in the order in which the factors of a product are written.
enum class origin { element, statistic, parameter, constant };

class builder {
 public:
  /// Takes everything of `like` but its nodes and names.
  explicit builder(const ir::graph& like);

  int add(ir::node n);
  int op(const std::string& name, std::vector<int> args);
  int constant(double value);
  int reduce(const std::string& name, int arg, const ir::node& scope);  ///< over what `scope` reduces
  int count(ir::atom_set over, const std::optional<ir::leading>& first);

  const ir::node& operator[](int i) const { return graph_.nodes[static_cast<std::size_t>(i)]; }
  int size() const { return static_cast<int>(graph_.nodes.size()); }
  const std::vector<ir::atom>& atoms() const { return graph_.atoms; }
  bool is(int i, std::string_view op) const { return (*this)[i].op == op; }
  bool is_constant(int i, double value) const { return is(i, "constant") && (*this)[i].value == value; }
  origin made_of(int i) const { return origins_[static_cast<std::size_t>(i)]; }
  std::size_t hash(int i) const { return hashes_[static_cast<std::size_t>(i)]; }

  void name(std::string text, int node, ir::role what) { graph_.names.push_back({std::move(text), node, what}); }

  /// The nodes that the names reach, numbered depth first from the outputs.
  ir::graph finish() const;

 private:
  ir::graph graph_;
  std::vector<origin> origins_;
  std::vector<std::size_t> hashes_;
  std::multimap<std::size_t, int> known_;
};

/// Rebuilds `g` in `to`: calls `make(node with its arguments already renumbered)` for every node in order, names after.
/// Returns where each old node went.
std::vector<int> rebuild(const ir::graph& g, builder& to, const std::function<int(int, ir::node)>& make);

}  // namespace normfold::gen
