// Sums of products: the form in which gradients are simplified. `algebra` multiplies, adds and reduces them by the rules
// that stand beside each function in terms.cpp; assemble.cpp turns what is left into nodes. To add a rule about sums over
// axes, add it to `algebra::sum`.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "builder.hpp"

namespace normfold::gen {

/// coefficient * node^power * node^power ... Powers are never 0. Conditions (0 or 1) have power 1.
struct term {
  double coefficient = 1;
  std::map<int, int> powers{};
  friend bool operator==(const term&, const term&) = default;
  friend auto operator<=>(const term&, const term&) = default;
};

/// Their sum. No two have the same powers.
using terms = std::vector<term>;

/// What a node of the algebra's own stands for until it is assembled: a sum over axes, or (over == 0) the terms' value.
struct deferred {
  terms inner{};
  ir::atom_set over = 0;
  std::optional<ir::leading> first{};
  friend bool operator==(const deferred&, const deferred&) = default;
};

class algebra {
 public:
  /// What `b` holds now is the forward graph.
  explicit algebra(builder& b);

  /// A node as a product: a * b, sq(a) and 1 / a are taken apart, everything else is a factor.
  term product_of(int node) const;
  term times(const term& a, const term& b) const;
  terms times(const terms& a, const term& b) const;
  static void add(terms& to, const terms& more);
  static void add(terms& to, const term& one);

  /// The sum over `over` (of which only `first`'s leading part of one atom, where it is given).
  terms sum(const terms& of, ir::atom_set over, const std::optional<ir::leading>& first = {});
  /// One factor that stands for the whole sum, so that what is multiplied by it stays short.
  term together(const terms& of);

  ir::atom_set varies(const term& t) const;
  bool is_condition(int node) const;
  builder& nodes() { return b_; }
  const deferred* find(int node) const;
  int defer(deferred d);
  /// Whether `node` is of the forward graph.
  bool is_forward(int node) const { return node < forward_; }

 private:
  terms sum_of_one(const term& t, ir::atom_set over, std::optional<ir::leading> first);
  terms sum_of_inner(term inner, ir::atom_set over, const std::optional<ir::leading>& first);
  bool vanishes(const term& inner, ir::atom_set over, const std::optional<ir::leading>& first) const;
  bool has_element(const term& t) const;
  bool depends_on_sums(const term& t) const;
  int plain(const term& t);

  builder& b_;
  int forward_;
  std::map<int, deferred> deferred_;
};

}  // namespace normfold::gen
