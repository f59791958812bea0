// The walk from a value back to what it reads.
#include "nans.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "ops.hpp"

namespace normfold::gen {

namespace {

bool keeps_nans(std::string_view op) {
  constexpr std::string_view arithmetic[] = {"add",        "sub",    "mul",     "div",   "neg",   "max",
                                             "min",        "abs",    "sq",      "sqrt",  "rsqrt", "less",
                                             "less_equal", "select", "storage", "spread"};
  return find_op(op).kind != op_kind::elementwise ||
         std::find(std::begin(arithmetic), std::end(arithmetic), op) != std::end(arithmetic);
}

}  // namespace

std::optional<nan_sources> find_nan_sources(const plan& p, int node) {
  nan_sources found;
  std::vector<char> seen(p.g.nodes.size(), 0);
  bool are_kept = true;
  const auto visit = [&](const auto& self, int i) -> void {
    if (std::exchange(seen[static_cast<std::size_t>(i)], char{1}) != 0) return;
    const ir::node& n = p.at(i);
    are_kept = are_kept && keeps_nans(n.op);
    if (n.op == "input" || n.op == "parameter" || n.op == "given") found.reads.push_back(i);
    if (is_reduction(n.op)) found.along |= n.over;
    for (int a : n.args) self(self, a);
  };
  visit(visit, node);
  if (!are_kept) return std::nullopt;
  return found;
}

}  // namespace normfold::gen
