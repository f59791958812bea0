// Kernels whose sweeps follow each other over everything: statistics of several scopes, or kept innermost loops.
#include <algorithm>

#include "../ops.hpp"
#include "column.hpp"
#include "sweeps.hpp"

namespace normfold::gen::highway {
namespace {

bool has(ir::atom_set set, int i) { return (set >> i & 1) != 0; }

bool is_column_pass(const plan& p, const pass& q) {
  int last = -1;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(q.loops, static_cast<int>(l))) last = static_cast<int>(l);
  return q.reduces && !has(q.over, last);
}

std::string fold_list(const pass& q, const plan& p) {
  std::string list;
  for (int n : q.nodes) list += (list.empty() ? "" : ", ") + std::string(find_fold(p.at(n).op)->name);
  return list;
}

std::string product_of(const std::vector<group>& groups, const body& b) {
  std::string out;
  for (const group& g : groups) out += (out.empty() ? "" : " * ") + b.size(g);
  return out.empty() ? "1" : out;
}

class phased_printer {
 public:
  phased_printer(const kernel& k, body& b) : k_(k), p_(b.p()), b_(b), out_(b.out()) {}

  void print() {
    declare_arrays();
    const rescue& r = p_.extremes;
    if (r.scale >= 0) out_.open("for (bool last = false;; last = true) {");
    for (std::size_t i = 0; i < p_.passes.size(); ++i) {
      if (r.scale >= 0 && i == p_.first_output) print_extremes();
      const pass& q = p_.passes[i];
      if (!q.reduces) print_map(q);
      else if (is_column_pass(p_, q)) print_columns(q);
      else print_rows(q);
      for (int n : q.nodes)
        if (arrays_.count(n) != 0) b_.make_leaf(n, arrays_.at(n));
    }
  }

 private:
  // Columns whose squares overflow or vanish get a scale, and everything so far is swept again.
  void print_extremes() {
    const rescue& r = p_.extremes;
    const tensor& scale = arrays_.at(r.scale);
    const std::string columns = b_.product(scale.varies);
    std::string all;
    for (int n : r.in_range) all += (all.empty() ? "" : " & ") + std::string("nf::MarkExtremes(d, ") + columns + ", " + arrays_.at(n).id + ", " + scale.id + ")";
    out_.line("if (last || (" + all + ")) break;");
    out_.comment("Squares overflow or vanish in a column: once more on x times a power of two.");
    print_columns(r.largest);
    out_.close();
  }

  // An array lies where the caller wants the statistic, else in the workspace.
  void declare_arrays() {
    bool workspace = false;
    bool columns = false;
    for (const pass& q : p_.passes) columns = columns || (is_column_pass(p_, q) && !q.pivots);
    for (int n : p_.arrays) {
      tensor t{.id = "", .storage = 'A', .varies = p_.at(n).varies, .strided = false, .is_const = false};
      for (const write& w : writes_of(k_, {n}, true))
        if (t.id.empty() && w.to.storage == 'A') t.id = w.to.id;
      if (t.id.empty()) {
        if (!workspace) out_.line("unsigned char* workspace = static_cast<unsigned char*>(context->workspace);");
        workspace = true;
        t.id = b_.fresh("a_" + b_.wish(n));
        out_.line("nf::Stat<S>* " + t.id + " = nf::Take<nf::Stat<S>>(workspace, " + b_.product(t.varies) + ");");
      }
      arrays_.emplace(n, t);
    }
    if (const int n = p_.extremes.scale; n >= 0) {
      const tensor t{.id = b_.fresh("a_scale"), .storage = 'A', .varies = p_.at(n).varies, .strided = false, .is_const = false};
      out_.comment(t.id + ": 1, or where squares overflow or vanish, a power of two by which x is multiplied");
      out_.line("nf::Stat<S>* " + t.id + " = nf::Take<nf::Stat<S>>(workspace, " + b_.product(t.varies) + ");");
      out_.line("nf::FillOnes(d, " + b_.product(t.varies) + ", " + t.id + ");");
      arrays_.emplace(n, t);
      b_.make_leaf(n, t);
    }
    if (columns && !workspace) out_.line("unsigned char* workspace = static_cast<unsigned char*>(context->workspace);");
    if (columns) out_.line("nf::Stat<S>* partial = reinterpret_cast<nf::Stat<S>*>(workspace);");
    const bool full = std::any_of(k_.tensors.begin(), k_.tensors.end(), [](const tensor& t) { return t.storage == 'S' && !t.is_const; });
    if (full) out_.line("const bool stream = normfold::streams(context, " + output_bytes(k_, b_) + ");");
  }

  std::vector<group> kept_groups(const pass& q, const std::vector<ir::atom_set>& sets) const {
    std::vector<group> kept;
    for (const group& g : merged(p_, q.loops, q.over, q.first, sets))
      if (!g.reduced) kept.push_back(g);
    return kept;
  }

  // What a sweep reads and writes: decides how its loops merge.
  std::vector<ir::atom_set> sets_of(const pass& q) const {
    std::vector<int> operands;
    for (int n : q.nodes) operands.push_back(p_.at(n).args[0]);
    for (const repair& r : q.repairs) operands.push_back(r.pivot);
    std::vector<ir::atom_set> sets = b_.leaf_sets(b_.needed(operands));
    for (int n : q.nodes) sets.push_back(p_.at(n).varies);
    return sets;
  }

  void store_folds(const pass& q) {
    for (int n : q.nodes) out_.line("*(" + b_.at(arrays_.at(n)) + ") = hn::GetLane(" + b_.value(n) + ");");
  }

  std::string task_name(const std::vector<group>& groups, const std::string& many) const {
    if (groups.empty()) return "";
    if (groups.size() > 1) return many;
    std::string name = "i_";
    for (int l : groups[0].loops) name += p_.loops[static_cast<std::size_t>(l)].name;
    return name;
  }

  void print_rows(const pass& q) {
    const std::vector<group> kept = kept_groups(q, sets_of(q));
    const std::string flat = task_name(kept, "slice");
    const body::state outside = b_.save();
    out_.open("nf::ForSlices(context, " + product_of(kept, b_) + ", " + b_.product(q.over, q.first) + " * sizeof(nf::Memory<S>), false, [&](size_t" +
              (flat.empty() ? "" : " " + flat) + ") HWY_ATTR {");
    b_.declare_index(kept, flat);
    for (const repair& r : q.repairs) {
      const std::string pivot = b_.fresh("pivot");
      out_.line("V " + pivot + " = nf::Broadcast<A>(d, " + b_.at(arrays_.at(r.pivot)) + ");");
      b_.name(r.pivot, pivot);
    }
    if (q.repairs.empty()) print_row_folds(q, b_);
    else print_repaired_folds(q, b_);
    store_folds(q);
    for (const repair& r : q.repairs) out_.line("*(" + b_.at(arrays_.at(r.pivot)) + ") = hn::GetLane(" + b_.value(r.pivot) + ");");
    out_.close("});");
    b_.restore(outside);
  }

  void print_columns(const pass& q) {
    const std::vector<group> groups = merged(p_, q.loops, q.over, q.first, sets_of(q));
    std::vector<group> kept, rows;
    for (std::size_t g = 0; g + 1 < groups.size(); ++g) (groups[g].reduced ? rows : kept).push_back(groups[g]);
    const group& columns = groups.back();
    const std::string sizes = product_of(kept, b_) + ", " + product_of(rows, b_) + ", " + b_.size(columns);
    const std::string slice = kept.empty() ? "" : " " + task_name(kept, "slice");
    const std::string row = " " + task_name(rows, "row");
    const body::state outside = b_.save();
    for (int n : q.nodes) out_.comment(b_.wish(n) + " = " + (q.pivots ? "mean of the first rows of " + b_.describe(p_.at(n).args[0]) : b_.describe(n)));
    if (q.pivots) {
      for (int n : q.nodes) {
        out_.open("nf::PivotColumns(d, context, " + sizes + ", [&](size_t" + slice + ", auto at, size_t" + row + ") HWY_ATTR {");
        open_columns(kept, rows, columns);
        const std::vector<int> nodes = b_.needed({p_.at(n).args[0]});
        b_.print_runs(nodes);
        b_.print_ready(nodes, {p_.at(n).args[0]});
        out_.line("return " + b_.value(p_.at(n).args[0]) + ";");
        out_.turn("}, [&](size_t" + slice + ", auto at, V block) HWY_ATTR {");
        b_.restore(outside);
        open_columns(kept, {}, columns);
        out_.line("at.Store(" + b_.run(arrays_.at(n)) + ", block);");
        out_.close("});");
        b_.restore(outside);
      }
      return;
    }
    std::string sums, totals, largest;
    for (std::size_t i = 0; i < q.nodes.size(); ++i) sums += ", V& s" + std::to_string(i), totals += ", V s" + std::to_string(i);
    if (!q.repairs.empty()) out_.open("for (bool again = false;; again = true) {");
    out_.open("nf::FoldColumns<" + fold_list(q, p_) + ">(d, context, " + sizes + ", partial, [&](size_t" + slice + ", auto at, size_t" + row + sums + ") HWY_ATTR {");
    open_columns(kept, rows, columns);
    std::vector<int> operands;
    for (int n : q.nodes) operands.push_back(p_.at(n).args[0]);
    const std::vector<int> nodes = b_.needed(operands);
    b_.print_runs(nodes);
    b_.print_ready(nodes, operands);
    for (std::size_t i = 0; i < q.nodes.size(); ++i) out_.code("s" + std::to_string(i) + " = " + b_.fold(q.nodes[i], "s" + std::to_string(i)) + ";");
    out_.close("});");
    b_.restore(outside);
    if (!q.repairs.empty()) out_.line("std::atomic<bool> moved{false};");
    out_.open("nf::MergeColumns<" + fold_list(q, p_) + ">(d, context, " + sizes + ", partial, [&](size_t" + slice + ", auto at" + totals + ") HWY_ATTR {");
    open_columns(kept, {}, columns);
    for (std::size_t i = 0; i < q.nodes.size(); ++i) {
      const ir::node& n = p_.at(q.nodes[i]);
      std::string total = "s" + std::to_string(i);
      if (n.op == "mean") {
        const std::string name = b_.fresh(b_.wish(q.nodes[i]));
        out_.line("const V " + name + " = hn::Div(" + total + ", nf::Number(d, " + b_.product(n.over, n.first) + "));");
        total = name;
      }
      b_.name(q.nodes[i], total);
      if (p_.extremes.scale >= 0 && &q == &p_.extremes.largest) {
        largest = largest.empty() ? total : "nf::Max(" + largest + ", " + total + ")";
        if (i + 1 == q.nodes.size()) out_.line("nf::ScaleMarked(d, at, " + b_.run(arrays_.at(p_.extremes.scale)) + ", " + largest + ");");
        continue;
      }
      out_.line("at.Store(" + b_.run(arrays_.at(q.nodes[i])) + ", " + total + ");");
    }
    for (const repair& r : q.repairs) {
      const std::string variance = b_.fresh(b_.wish(r.variance));
      out_.line("const V " + variance + " = " + b_.expression(r.variance) + ";");
      out_.line("if (!again && nf::MovePivots(d, at, " + b_.run(arrays_.at(r.pivot)) + ", " + b_.value(r.shift) + ", " + variance + ")) moved = true;");
    }
    out_.close("});");
    b_.restore(outside);
    if (!q.repairs.empty()) {
      out_.line("if (!moved) break;  // else a pivot was far off: once more about the mean");
      out_.close();
    }
  }

  void open_columns(const std::vector<group>& kept, const std::vector<group>& rows, const group& columns) {
    b_.declare_index(kept, task_name(kept, "slice"));
    b_.declare_index(rows, task_name(rows, "row"));
    b_.open_vector(columns);
  }

  void print_map(const pass& q) {
    std::vector<write> writes;
    bool full = false;
    for (int n : q.nodes) {
      const bool array = arrays_.count(n) != 0;
      const bool done = array && b_.leaf(n) != nullptr;
      if (array && !done) writes.push_back({n, arrays_.at(n)});
      for (bool statistics : {true, false})
        for (const write& w : writes_of(k_, {n}, statistics)) {
          if (array && w.to.id == arrays_.at(n).id) continue;
          full = full || w.to.storage == 'S';
          if (w.to.storage == 'S' || !array || done || std::find(p_.arrays.begin(), p_.arrays.end(), n) != p_.arrays.end()) writes.push_back(w);
        }
    }
    if (writes.empty()) return;
    std::vector<int> targets;
    for (const write& w : writes) targets.push_back(w.node);
    const std::vector<int> nodes = b_.needed(targets);
    std::vector<ir::atom_set> sets = b_.leaf_sets(nodes);
    for (const write& w : writes) sets.push_back(w.to.varies);
    for (const write& w : writes) out_.comment(b_.wish(w.node) + " = " + b_.describe(w.node));
    const body::state outside = b_.save();
    if (q.loops == 0) {
      out_.open("{");
      b_.print_ready(nodes, targets);
      for (const write& w : writes) out_.line(b_.store_one(w.to, w.node));
      out_.close();
      b_.restore(outside);
      return;
    }
    std::vector<group> groups = merged(p_, q.loops, 0, {}, sets);
    const group columns = groups.back();
    groups.pop_back();
    const std::string stream = full ? "stream" : "false";
    if (groups.empty()) {
      const std::string n = b_.size(columns);
      out_.open("nf::ForSlices(context, nf::Blocks(" + n + "), nf::kBlock * sizeof(nf::Memory<S>), " + stream + ", [&](size_t block) HWY_ATTR {");
      out_.line("const size_t start = block * nf::kBlock;");
      b_.start_at(columns, "start");
      b_.print_ready(nodes, targets);
      print_each(writes, nodes, columns, "nf::BlockLength(" + n + ", block)", stream, -1, b_);
    } else {
      const std::string flat = task_name(groups, "row");
      out_.open("nf::ForSlices(context, " + product_of(groups, b_) + ", " + b_.size(columns) + " * sizeof(nf::Memory<S>), " + stream + ", [&](size_t " + flat + ") HWY_ATTR {");
      b_.declare_index(groups, flat);
      b_.print_ready(nodes, targets);
      print_each(writes, nodes, columns, b_.size(columns), stream, -1, b_);
    }
    out_.close("});");
    b_.restore(outside);
  }

  const kernel& k_;
  const plan& p_;
  body& b_;
  writer& out_;
  std::map<int, tensor> arrays_;
};

}  // namespace

void print_phased(const kernel& k, body& b) { phased_printer(k, b).print(); }

std::vector<std::string> workspace_lines(const kernel& k) {
  const plan& p = k.first->sweeps;
  writer unused;
  const body b(k, unused);
  std::vector<std::string> lines;
  if (p.how == shape::resident) return lines;
  if (const int n = p.extremes.scale; n >= 0) lines.push_back("need.Array(" + b.product(p.at(n).varies) + ");");
  for (int n : p.arrays) {
    const std::vector<write> given = writes_of(k, {n}, true);
    if (std::none_of(given.begin(), given.end(), [](const write& w) { return w.to.storage == 'A'; }))
      lines.push_back("need.Array(" + b.product(p.at(n).varies) + ");");
  }
  for (const pass& q : p.passes)
    if (is_column_pass(p, q) && !q.pivots)
      lines.push_back("need.Partial(" + std::to_string(q.nodes.size()) + ", " + b.product(q.loops & ~q.over) + ", " + b.product(q.over, q.first) + ");");
  return lines;
}

}  // namespace normfold::gen::highway
