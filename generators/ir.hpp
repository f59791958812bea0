// The graph: a flat list of ops that one layer means. No templates past this file.
// To add an op, add a row to ops.cpp; the graph itself does not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace normfold::ir {

/// A set of atoms: bit i is atom i of `graph::atoms`.
using atom_set = std::uint32_t;

inline bool has(atom_set set, int atom) { return (set >> atom & 1) != 0; }

/// One named axis of the layer, in the layer's order. `extent` is 0 where it is a run-time argument.
struct axis {
  std::string name;
  std::size_t extent = 0;
};

/// Part of an axis that a loop runs over. `C / G` splits C into the atoms "G" (part::group, the outer one) and
/// "C/G" (part::member); an axis that is not split is one atom of part::whole.
enum class part : std::uint8_t { whole, group, member };

struct atom {
  int axis = 0;
  part which = part::whole;
  std::string name;        ///< "N", "G", "C/G"; "C/32" with groups fixed: group atom is named "32"
  std::size_t extent = 0;  ///< 0 where it is known only at run time
};

/// `first(p, C)`: only the leading ceil(percent * C / 100), or the leading `count`, elements of one atom are reduced.
struct leading {
  int atom = -1;
  double percent = 0;
  std::size_t count = 0;  ///< used where percent is 0
  friend bool operator==(const leading&, const leading&) = default;
};

/// One op. `op` names a row of the op table (ops.hpp). Leaves: "input" (a full tensor), "parameter", "given" (a
/// statistic that the caller passes in) and "constant".
struct node {
  std::string op;
  std::vector<int> args{};
  double value = 0;     ///< "constant"
  std::string name{};   ///< "input", "parameter", "given"
  atom_set varies = 0;  ///< the atoms along which the value varies
  atom_set over = 0;    ///< reductions: the atoms that are reduced; "spread": those along which it is repeated
  std::optional<leading> first{};  ///< reductions: the part of one reduced atom that is taken
  friend bool operator==(const node&, const node&) = default;
};

enum class role : std::uint8_t {
  output,     ///< written by every direction: "y" first, then `output<"...">` in order
  gradient,   ///< backward: the gradient of a parameter, in the parameters' type
  statistic,  ///< written by `train`: `mean`, `rstd` and what `named<"...">` names, in order of first use
  kept,       ///< a reduction that `running` keeps: "mean", "var"; argument `running_<name>`
  label       ///< only a name for readers of the generated code; not an argument
};

struct named_node {
  std::string name;
  int node = -1;
  role what = role::output;
};

/// How running statistics follow the batch's (`running(...)`).
enum class update : std::uint8_t { momentum, keep, average };
struct running {
  update rule = update::momentum;
  double rate = 0.1;    ///< momentum: new = (1 - rate) old + rate batch; keep: new = rate old + (1 - rate) batch
  bool biased = false;  ///< running variance is the batch's times n / (n - 1) unless biased
};

struct graph {
  std::string name;                  ///< the layer's name, a C identifier
  std::string source;                ///< the layer in one line, as a person would write it
  std::vector<std::string> steps{};  ///< describe(): one line a step
  std::vector<axis> axes{};          ///< layer order, as written: the memory order, innermost last
  std::vector<atom> atoms{};         ///< layer order; a split axis gives two neighbours
  std::vector<node> nodes{};         ///< arguments always stand before their users
  std::vector<named_node> names{};   ///< outputs first
  std::optional<ir::running> running{};
};

}  // namespace normfold::ir
