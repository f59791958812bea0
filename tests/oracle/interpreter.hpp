// The state of one evaluation: a value for each node. elementwise.cpp and reduce.cpp hold the two kinds of op,
// oracle.cpp the leaves, the order of work and the running statistics.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "oracle.hpp"

namespace normfold::oracle {

/// What a row's centred values say about the errors of its mean and variance: one of each a slice of the scope.
struct spread {
  std::vector<double> distance{};  ///< P
  std::vector<double> shift{};     ///< error of dm
  std::vector<double> square{};    ///< R^2
};

class interpreter {
 public:
  explicit interpreter(const problem& p);

  /// Node `node` is read from a buffer instead of being computed.
  void give(int node, const std::string& buffer) { given_[same(node)] = buffer; }
  /// Computes these nodes and what they need.
  void run(const std::vector<int>& wanted);
  const array& value(int node) const { return values_[static_cast<std::size_t>(same(node))]; }
  array buffer(const std::string& name, ir::atom_set set) const;
  /// How many values one element of the reduction is made of.
  double reduced_count(const ir::node& n, ir::atom_set among = ~ir::atom_set{0}) const;

 private:
  array leaf(const ir::node& n) const;
  array elementwise(int index) const;
  array rounded(const array& a) const;
  array reduce(int index);
  array fold(const ir::node& n) const;
  /// Additions one after another that a kernel needs for one result.
  double additions(const ir::node& n) const;
  double run_length(const ir::node& n) const;
  std::vector<std::size_t> in_memory_order(ir::atom_set set) const;
  std::vector<long double> pivots(int mean, const std::vector<std::size_t>& to) const;
  void measure(int mean, array& result);
  void bound_variance(int index, array& result) const;
  void check_range(int index, array& a);

  std::vector<std::size_t> slices(ir::atom_set from, const ir::node& n) const;
  std::size_t count(ir::atom_set set) const { return elements(set, extents_); }
  const ir::node& at(int i) const { return p_.graph.nodes[static_cast<std::size_t>(i)]; }
  int same(int i) const { return same_[static_cast<std::size_t>(i)]; }
  int arg(int i, int k) const { return same(at(i).args[static_cast<std::size_t>(k)]); }
  const array& in(int i, int k) const { return values_[static_cast<std::size_t>(arg(i, k))]; }
  static bool same_scope(const ir::node& a, const ir::node& b) { return a.over == b.over && a.first == b.first; }
  bool is_square(int i) const;
  /// i is a - mean(a) with a mean that is computed here.
  bool is_centred(int i) const;

  static constexpr std::size_t left_out = static_cast<std::size_t>(-1);

  const problem& p_;
  std::vector<std::size_t> extents_;
  double unit_;
  std::vector<int> same_;  ///< the first node that means the same
  std::map<int, std::string> given_;
  std::set<int> centring_;         ///< the means that something is centred with
  std::map<int, spread> spreads_;  ///< theirs
  std::vector<array> values_;
  std::vector<bool> may_leave_range_;
};

}  // namespace normfold::oracle
