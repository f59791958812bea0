// The plan in words: what `--plan` prints. Pivots and powers of two are told as such, and left out of the formulas.
#include <algorithm>

#include "formula.hpp"
#include "ops.hpp"
#include "plan.hpp"

namespace normfold::gen {

using ir::has;

namespace {

// v of v * scale and v * unscale, the power of two of a slice and its inverse, and of v repeated for each column.
int unscaled(const ir::graph& g, int node) {
  const auto at = [&](int i) -> const ir::node& { return g.nodes[static_cast<std::size_t>(i)]; };
  while (at(node).op == "spread" ||
         (at(node).op == "mul" && (at(at(node).args[1]).op == "scale" || at(at(node).args[1]).op == "unscale")))
    node = at(node).args[0];
  return node;
}

const std::string* name_of(const plan& p, int node, bool labels) {
  for (const ir::named_node& n : p.g.names)
    if ((n.node == node || unscaled(p.g, n.node) == node) && (n.what != ir::role::label || labels) &&
        n.name.rfind("scaled_", 0) != 0)
      return &n.name;
  return nullptr;
}

// The graph as its formulas mean it: v * scale is v, v - pivot - mean(v - pivot) is v - mean(v).
ir::graph meant(const plan& p) {
  ir::graph g = p.g;
  const auto at = [&](int i) -> ir::node& { return g.nodes[static_cast<std::size_t>(i)]; };
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i)
    for (int& a : g.nodes[i].args) a = unscaled(g, a);
  const auto is_shift = [&](int shift) {  // mean(v - pivot)
    const ir::node& n = at(shift);
    return n.op == "mean" && at(n.args[0]).op == "sub" && at(at(n.args[0]).args[1]).op == "pivot";
  };
  const auto mean_of = [&](int shift) {
    ir::node mean = at(shift);
    mean.args = {at(mean.args[0]).args[0]};
    for (std::size_t i = 0; i < p.g.nodes.size(); ++i)  // pivot + shift, where something uses it
      if (const ir::node& n = at(static_cast<int>(i));
          n.op == "add" && n.args[1] == shift && at(n.args[0]).op == "pivot")
        return static_cast<int>(i);
    g.nodes.push_back(std::move(mean));
    return static_cast<int>(g.nodes.size()) - 1;
  };
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i)  // pivot of a column - pivot + mean(v - pivot of the column)
    if (const ir::node was = g.nodes[i]; was.op == "add" && is_shift(was.args[1]) && at(was.args[0]).op == "sub" &&
                                         at(at(was.args[0]).args[0]).op == "pivot") {
      const int pivot = at(was.args[0]).args[1];
      const int mean = mean_of(was.args[1]);
      g.nodes[i].op = "sub";
      g.nodes[i].args = {mean, pivot};
    }
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i) {
    const ir::node was = g.nodes[i];
    if (was.op == "sub" && is_shift(was.args[1]) && at(was.args[0]).op == "sub" &&
        at(was.args[0]).args[1] == at(at(was.args[1]).args[0]).args[1]) {
      const int mean = mean_of(was.args[1]);
      g.nodes[i].args = {at(was.args[0]).args[0], mean};
    }
    if (was.op == "max" && at(was.args[0]).op == "sub" &&
        at(at(was.args[0]).args[1]).op == "sq") {  // mean(sq(v - pivot)) - sq(shift)
      const int shift = at(at(was.args[0]).args[1]).args[0];
      const int squares = at(was.args[0]).args[0];
      if (!is_shift(shift) || at(squares).op != "mean") continue;
      ir::node centred = at(at(shift).args[0]);
      centred.args[1] = mean_of(shift);
      g.nodes.push_back(std::move(centred));
      ir::node squared = at(at(squares).args[0]);
      squared.args = {static_cast<int>(g.nodes.size()) - 1};
      g.nodes.push_back(std::move(squared));
      ir::node variance = at(squares);
      variance.args = {static_cast<int>(g.nodes.size()) - 1};
      g.nodes[i] = std::move(variance);
    }
  }
  for (std::size_t i = 0; i < p.g.nodes.size(); ++i)  // last, since the rewrites above look for the pivot
    if (const ir::node was = g.nodes[i]; was.op == "add" && is_shift(was.args[1]) && at(was.args[0]).op == "pivot") {
      g.nodes[i] = at(was.args[1]);
      g.nodes[i].args = {at(at(was.args[1]).args[0]).args[0]};
    }
  return g;
}

std::string sets_text(const plan& p, ir::atom_set loops, ir::atom_set over, const std::optional<ir::leading>& first) {
  std::string out;
  for (std::size_t l = 0; l < p.loops.size(); ++l) {
    if (!has(loops, static_cast<int>(l))) continue;
    const bool part = first && first->atom == static_cast<int>(l);
    out += std::string(out.empty() ? "" : " ") + "[" + (has(over, static_cast<int>(l)) ? "reduce " : "keep ") +
           (part ? "the first " + (first->percent > 0 ? number(first->percent) + "%" : std::to_string(first->count)) +
                       " of "
                 : "") +
           p.g.atoms[l].name + "]";
  }
  return out.empty() ? "[one value]" : out;
}

std::string extents_text(const plan& p, ir::atom_set loops) {
  std::string out;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(loops, static_cast<int>(l))) out += (out.empty() ? "" : "*") + p.g.atoms[l].name;
  return out.empty() ? "1" : out;
}

// Whether the sums of a sweep are those of columns: its innermost loop is kept.
bool is_by_columns(const plan& p, const pass& q) {
  int last = -1;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(q.loops, static_cast<int>(l))) last = static_cast<int>(l);
  return q.reduces && !has(q.over, last);
}

// Full tensors that computing `targets` reads.
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

std::string steps_text(const plan& p, const ir::graph& g, const pass& q) {
  std::string out;
  for (int n : q.nodes) {
    const int what = unscaled(g, q.pivots ? p.at(n).args[0] : n);
    const std::string* name = q.reduces ? nullptr : name_of(p, n, true);
    const std::string text = formula(g, what, [&](int i) -> std::string {
      if (i == what) return "";
      if (g.nodes[static_cast<std::size_t>(i)].op == "pivot") return "pivot";
      const bool stored = std::find(p.arrays.begin(), p.arrays.end(), i) != p.arrays.end();  // by a sweep of its own
      const std::string* known = name_of(p, i, stored && !is_reduction(p.at(i).op));
      return known != nullptr ? *known : "";
    });
    out += (out.empty() ? ""
            : q.reduces ? ", "
                        : "\n     ") +
           (name != nullptr ? *name + " = " : "") + (q.pivots ? "pivot = mean(" + text + ")" : text) +
           (p.at(n).op == "spread" ? " of its group, for each column" : "");
  }
  return out;
}

std::string workspace_text(const plan& p) {
  if (!needs_workspace(p)) return "none";
  std::vector<std::string> parts;
  std::vector<int> arrays = p.arrays;
  if (p.extremes.scale >= 0) arrays.push_back(p.extremes.scale);
  std::vector<std::pair<std::string, int>> sizes;  // in order of first use
  for (int n : arrays) {
    const bool callers = std::any_of(p.g.names.begin(), p.g.names.end(), [&](const ir::named_node& named) {
      return named.node == n && (named.what == ir::role::statistic || named.what == ir::role::kept);
    });
    if (callers) continue;  // lies where the caller wants it
    const std::string size = extents_text(p, p.at(n).varies);
    const auto known = std::find_if(sizes.begin(), sizes.end(), [&](const auto& s) { return s.first == size; });
    if (known == sizes.end()) sizes.emplace_back(size, 1);
    else ++known->second;
  }
  for (const auto& [size, count] : sizes)
    parts.push_back(std::to_string(count) + (count == 1 ? " array of " : " arrays of ") + size);
  std::string chunks;
  std::vector<pass> by_columns{p.slices.across};
  by_columns.insert(by_columns.end(), p.passes.begin(), p.passes.end());
  for (const pass& q : by_columns)
    if (is_by_columns(p, q) && !q.pivots) {
      const std::string sums = std::to_string(q.nodes.size()) + (q.nodes.size() == 1 ? " sum" : " sums") + " of " +
                               extents_text(p, q.loops & ~q.over) + " for each chunk of the rows " +
                               extents_text(p, q.over);
      if (chunks.find(sums) == std::string::npos) chunks += (chunks.empty() ? "" : " or, if more, ") + sums;
    }
  if (!chunks.empty()) parts.push_back(chunks);
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out.empty() ? "none" : out;
}

// "sweeps 1 to 3 follow each other in a slice of [N] [G], while it is in cache"
std::string slices_text(const plan& p) {
  std::string slice;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(p.slices.loops, static_cast<int>(l))) slice += " [" + p.g.atoms[l].name + "]";
  return "sweeps " + std::to_string(p.slices.begin + 1) + " to " + std::to_string(p.slices.end) +
         " follow each other in each slice" + slice + ", while it is in cache";
}

std::string times_size(int count) { return std::to_string(count) + " * size"; }

}  // namespace

std::string to_text(const plan& p) {
  const ir::graph g = meant(p);
  std::string out = "  nest: " + nest_text(p) + "\n";
  out += p.how == shape::resident
             ? "  resident: a task owns whole slices; the sweeps of a slice follow each other while it is in cache" +
                   std::string(p.together < 0 ? "\n" : ",\n  neighbouring slices together where their runs are short\n")
         : p.slices.loops == 0
             ? "  phased: each sweep goes over everything before the next begins\n"
             : "  phased: each sweep goes over everything before the next begins, but " + slices_text(p) + "\n";
  int level = 0, read = 0, again = 0, written = 0;
  std::string leading;
  const char* slice = "slice";
  for (std::size_t i = 0; i < p.passes.size(); ++i) {
    const pass& q = p.passes[i];
    if (p.extremes.scale >= 0 && i == p.first_output)
      out +=
          std::string("     where squares overflow or vanish: that ") + slice + " again, on x times a power of two\n";
    const std::string where = sets_text(p, q.loops, q.over, q.first);
    const bool columns = is_by_columns(p, q);
    out += "  " + std::to_string(++level) + ". ";
    if (q.pivots) {
      out += std::string(columns ? "the first rows of " : "the first block of ") + where + ": " + steps_text(p, g, q) +
             "\n";
      continue;
    }
    std::vector<int> operands;
    for (int n : q.nodes) operands.push_back(q.reduces ? p.at(n).args[0] : n);
    if (q.loops == p.all_loops()) {
      if (p.slices.has(i) && i + 1 < p.slices.end)
        again += tensors_read(p, operands);  // a slice's last sweep reads from memory where the slice does not fit
      else if (q.first) leading = ", the leading part twice,";
      else read += tensors_read(p, operands);
    }
    const std::string steps = steps_text(p, g, q);
    const bool several = steps.find('\n') != std::string::npos;
    out += (q.reduces ? "statistics " : "apply ") + where +
           (columns ? ", columns, in chunks of rows that merge in order" : "") + ":" + (several ? "\n     " : " ") +
           steps + "\n";
    if (columns) slice = "column";
    if (const pass& across = p.slices.across; !across.nodes.empty() && i + 1 == p.slices.end)
      out += "     in the same sweep, statistics " + sets_text(p, across.loops, across.over, {}) +
             ", columns, in chunks of rows that merge in order: " + steps_text(p, g, across) + "\n";
    if (!q.repairs.empty()) out += "     where the pivot was far from the mean: again about the mean\n";
  }
  int inputs = 0;
  for (const ir::node& n : p.g.nodes) inputs += n.op == "input" ? 1 : 0;
  for (const ir::named_node& n : p.g.names)
    written += n.what == ir::role::output && p.at(n.node).varies == p.all_loops() ? 1 : 0;
  out += "  workspace: " + workspace_text(p) + "\n";
  out += "  bytes per element: ";
  const bool resident = p.how == shape::resident;
  out += times_size(resident ? inputs : read) + " read" + (resident ? "" : leading) + " and " + times_size(written) +
         " written";
  if (again > 0) out += "; " + times_size(read + again) + " read where a slice does not fit in cache";
  if (resident) out += "; " + times_size(read) + " read" + leading + " where a slice does not fit in cache";
  return out + "\n";
}

std::string readable_name(const plan& p, int node) {
  for (const ir::named_node& n : p.g.names)
    if (n.node == node) return n.name;
  const ir::node& n = p.at(node);
  if (std::find(p.extremes.in_range.begin(), p.extremes.in_range.end(), node) != p.extremes.in_range.end())
    return "under_root";
  if (n.op == "spread") return readable_name(p, n.args[0]) + "_of_group";
  if (n.op == "pivot" || n.op == "scale" || n.op == "unscale" || n.op == "leading") return n.op;
  for (const pass& q : p.passes)
    for (const repair& r : q.repairs) {
      if (r.shift == node) return "shift";
      if (r.variance == node) return "var";
    }
  const auto is_from_pivot = [&](int i) { return p.at(i).op == "sub" && p.at(p.at(i).args[1]).op == "pivot"; };
  const auto is_centred = [&](int i) { return p.at(i).op == "sub" && is_from_pivot(p.at(i).args[0]); };
  if (is_from_pivot(node)) return "from_pivot";
  if (is_centred(node)) return "centred";
  if (n.op == "mul" && is_centred(n.args[0])) return "xhat";
  if (n.op == "absmax") return "largest";
  if (n.op == "mean" && p.at(n.args[0]).op == "sub" && p.at(p.at(n.args[0]).args[1]).op == "pivot") return "shift";
  if (n.op == "mean" && p.at(n.args[0]).op == "sq") return "mean_sq";
  if (n.op == "reduce_max") return "largest";
  if (n.op == "reduce_min") return "smallest";
  if (is_reduction(n.op)) {  // mean_1, mean_2 where there are several, or an argument has that name
    int same = 0, before = 0;
    for (std::size_t i = 0; i < p.g.nodes.size(); ++i) {
      same += p.g.nodes[i].op == n.op || p.g.nodes[i].name == n.op ? 1 : 0;
      before += p.g.nodes[i].op == n.op && static_cast<int>(i) <= node ? 1 : 0;
    }
    return same > 1 ? n.op + "_" + std::to_string(before) : n.op;
  }
  return n.name.empty() ? "t" : "v_" + n.name;
}

}  // namespace normfold::gen
