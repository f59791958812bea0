// The plan in words: what `--plan` prints.
#include <algorithm>

#include "formula.hpp"
#include "ops.hpp"
#include "plan.hpp"

namespace normfold::gen {
namespace {

bool has(ir::atom_set set, int i) { return (set >> i & 1) != 0; }

std::string sets_text(const plan& p, ir::atom_set loops, ir::atom_set over, const std::optional<ir::leading>& first) {
  std::string out;
  for (std::size_t l = 0; l < p.loops.size(); ++l) {
    if (!has(loops, static_cast<int>(l))) continue;
    const bool part = first && first->atom == static_cast<int>(l);
    out += std::string(out.empty() ? "" : " ") + "[" + (has(over, static_cast<int>(l)) ? "reduce " : "keep ") +
           (part ? "the first of " : "") + p.g.atoms[l].name + "]";
  }
  return out.empty() ? "[one value]" : out;
}

// Full tensors that computing `targets` reads, given that `known` needs no computing.
int tensors_read(const plan& p, const std::vector<int>& targets) {
  std::vector<char> seen(p.g.nodes.size(), 0);
  int count = 0;
  const auto visit = [&](const auto& self, int i) -> void {
    if (seen[static_cast<std::size_t>(i)] != 0) return;
    seen[static_cast<std::size_t>(i)] = 1;
    count += p.at(i).op == "input" ? 1 : 0;
    if (!is_reduction(p.at(i).op))
      for (int a : p.at(i).args) self(self, a);
  };
  for (int t : targets) visit(visit, t);
  return count;
}

std::string name_of(const plan& p, int node) {
  for (const ir::named_node& n : p.g.names)
    if (n.node == node) return n.name;
  return p.at(node).op;
}

}  // namespace

std::string to_text(const plan& p) {
  std::string out = "  nest: " + nest_text(p) + "\n";
  out += p.how == shape::resident ? "  resident: a task owns whole slices, all sweeps of a slice follow each other in cache\n"
                                  : "  phased: each sweep goes over everything before the next begins\n";
  int level = 0, read = 0, sweeps = 0, written = 0;
  for (const pass& q : p.passes) {
    std::vector<int> operands;
    std::string what;
    for (int n : q.nodes) {
      operands.push_back(q.reduces ? p.at(n).args[0] : n);
      what += (what.empty() ? "" : ", ") + (q.reduces ? formula(p.g, n, true) : name_of(p, n));
    }
    const int tensors = tensors_read(p, operands);
    if (q.pivots) {
      out += "  " + std::to_string(++level) + ". pivots from the first block: " + what + "\n";
      continue;
    }
    if (q.loops == p.all_loops()) {
      read += tensors;
      ++sweeps;
    }
    out += "  " + std::to_string(++level) + ". " + (q.reduces ? "statistics " : "apply ") + sets_text(p, q.loops, q.over, q.first) + ": " + what;
    if (!q.repairs.empty()) out += " (again about the mean where the pivot was far off)";
    out += "\n";
  }
  if (p.extremes.scale >= 0) out += "  where squares overflow or vanish: that slice again on x times a power of two\n";
  std::vector<int> inputs;
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i)
    if (p.g.nodes[i].op == "input") inputs.push_back(static_cast<int>(i));
  for (const ir::named_node& n : p.g.names) written += n.what == ir::role::output ? 1 : 0;
  out += "  workspace: " + std::string(p.how == shape::resident || p.arrays.empty() ? "none" : std::to_string(p.arrays.size()) + " arrays of statistics") + "\n";
  const std::string elements = " elements read and " + std::to_string(written) + " written per element";
  if (p.how == shape::resident)
    out += "  traffic: " + std::to_string(inputs.size()) + elements + " where a slice fits in cache, " + std::to_string(read) + " read where it does not\n";
  else
    out += "  traffic: " + std::to_string(read) + elements + "\n";
  (void)sweeps;
  return out;
}

}  // namespace normfold::gen
