// Folds of columns: sums taken row by row, in chunks of rows whose partial sums lie in the workspace and merge in order.
#include <algorithm>

#include "../ops.hpp"
#include "column.hpp"
#include "phased.hpp"

namespace normfold::gen::highway {

using ir::has;

namespace {

// ", V& s0, V& s1"
std::string sums_text(const pass& q, const char* type) {
  std::string out;
  for (std::size_t i = 0; i < q.nodes.size(); ++i) out += std::string(", ") + type + " s" + std::to_string(i);
  return out;
}

}  // namespace

void phased_printer::open_columns(const std::vector<group>& kept, const std::vector<group>& rows,
                                  const group& columns) {
  b_.declare_index(kept, task_name(kept, inside_ != 0 ? "part" : "slice"));
  b_.declare_index(rows, task_name(rows, "row"));
  b_.open_vector(columns);
}

// Where the partial sums of a slice lie: one place for all of its sweeps, large enough for each, since tasks that own other
// slices are in other sweeps.
void phased_printer::declare_partial() {
  // columns and chunks, and the most sums that a sweep takes of them
  std::vector<std::pair<std::string, std::size_t>> sizes;
  for (std::size_t i = p_.slices.begin; i < p_.slices.end; ++i) {
    const pass& q = p_.passes[i];
    if (!is_column_pass(p_, q) || q.pivots) continue;
    const ir::atom_set kept = q.loops & ~q.over & ~inside_, columns = innermost(p_, kept), others = kept & ~columns;
    const std::string size = (others == 0 ? "" : b_.product(others) + " * ") + "normfold::PaddedColumns(" +
                             b_.product(columns) + ", sizeof(nf::Stat<S>)) * normfold::Chunks(" +
                             b_.product(q.over, q.first) + ")";
    const auto known = std::find_if(sizes.begin(), sizes.end(), [&](const auto& each) { return each.first == size; });
    if (known == sizes.end()) sizes.emplace_back(size, q.nodes.size());
    else known->second = std::max(known->second, q.nodes.size());
  }
  if (sizes.empty()) return;
  std::string slice;
  for (std::size_t l = 0; l < p_.loops.size(); ++l) {
    if (!has(inside_, static_cast<int>(l))) continue;
    const std::string& name = p_.loops[l].name;
    slice = slice.empty() ? "i_" + name : "(" + slice + " * n_" + name + " + i_" + name + ")";
  }
  std::string most;
  for (const auto& [size, sums] : sizes)
    most += (most.empty() ? "" : ", ") + (sums == 1 ? "" : std::to_string(sums) + " * ") + size;
  if (sizes.size() > 1) most = "normfold::MostOf({" + most + "})";
  out_.line("nf::Stat<S>* const partial_of_slice = partial + " + slice + " * " + most + ";");
}

// Columns whose squares overflow or vanish get a scale, and everything so far is swept again.
void phased_printer::print_extremes() {
  const rescue& r = p_.extremes;
  const tensor& scale = arrays_.at(r.scale);
  const std::string columns = b_.product(scale.varies);
  std::string all;
  for (int n : r.in_range)
    all += (all.empty() ? "" : " & ") + std::string("nf::MarkExtremes(d, ") + columns + ", " + arrays_.at(n).id + ", " +
           scale.id + ")";
  out_.line("if (scaled || (" + all + ")) break;");
  out_.comment("Squares overflow or vanish in a column: once more on x times a power of two.");
  if (is_column_pass(p_, r.largest)) {
    print_columns(r.largest);
  } else {
    print_columns(r.columns);
    for (int n : r.columns.nodes) b_.make_leaf(n, arrays_.at(n));
    print_scales();
  }
  out_.close();
}

// The scale of groups from the largest elements of their columns.
void phased_printer::print_scales() {
  const pass& q = p_.extremes.largest;
  std::vector<group> kept;
  for (const group& g : merged(p_, q.loops, q.over, q.first, sets_of(q)))
    if (!g.reduced) kept.push_back(g);
  const std::string flat = task_name(kept, "slice");
  const body::state outside = b_.save();
  open_tasks(kept, b_.product(q.over), false, flat);
  b_.declare_index(kept, flat);
  print_row_folds(q, b_);
  std::string largest = b_.value(q.nodes[0]);
  for (std::size_t i = 1; i < q.nodes.size(); ++i) largest = "nf::Max(" + largest + ", " + b_.value(q.nodes[i]) + ")";
  out_.line("nf::ScaleIfMarked(d, " + b_.at(arrays_.at(p_.extremes.scale)) + ", " + largest + ");");
  close_tasks(kept);
  b_.restore(outside);
}

void phased_printer::print_columns(const pass& q) {
  const std::vector<group> groups = merged(p_, q.loops & ~inside_, q.over, q.first, sets_of(q));
  std::vector<group> kept, rows;
  for (std::size_t g = 0; g + 1 < groups.size(); ++g) (groups[g].reduced ? rows : kept).push_back(groups[g]);
  const group& columns = groups.back();
  for (int n : q.nodes)
    out_.comment(b_.wish(n) + " = " +
                 (q.pivots ? "mean of the first rows of " + b_.describe(p_.at(n).args[0]) : b_.describe(n)));
  if (q.pivots) return print_pivot_columns(q, kept, rows, columns);
  const std::string sizes = product_of(kept) + ", " + product_of(rows) + ", " + b_.size(columns);
  const std::string slice = kept.empty() ? "" : " " + task_name(kept, inside_ != 0 ? "part" : "slice");
  const std::string row = " " + task_name(rows, "row");
  const body::state outside = b_.save();
  if (!q.repairs.empty()) out_.open("for (bool again = false;; again = true) {");
  std::vector<int> operands;
  for (int n : q.nodes) operands.push_back(p_.at(n).args[0]);
  const std::vector<int> nodes = b_.needed(operands), scales = costly_scales(nodes, b_);
  const body::state unscaled = b_.save();
  open_scaled(scales, b_);
  const std::vector<int> tensors = full_tensors(nodes, b_);
  out_.open("nf::FoldColumns<S, " + std::to_string(tensors.size()) + ", " + fold_list(q, p_) + ">(d, " + context() +
            ", " + sizes + ", " + partial() + ", [=](size_t" + slice + ", auto at, size_t" + row + sums_text(q, "V&") +
            ") HWY_ATTR {");
  open_columns(kept, rows, columns);
  b_.print_runs(nodes);
  if (!tensors.empty()) out_.line(prefetch_ahead(tensors, b_));
  b_.print_ready(nodes, operands);
  for (std::size_t i = 0; i < q.nodes.size(); ++i)
    out_.code("s" + std::to_string(i) + " = " + b_.fold(q.nodes[i], "s" + std::to_string(i)) + ";");
  out_.close("});");
  close_scaled(scales, unscaled, b_);
  b_.restore(outside);
  if (!q.repairs.empty()) out_.line("std::atomic<bool> moved{false};");
  print_merge(q, kept, columns, sizes);
  if (!q.repairs.empty()) {
    out_.line("if (!moved) break;  // else a pivot was far off: once more about the mean");
    out_.close();
  }
}

void phased_printer::print_pivot_columns(const pass& q, const std::vector<group>& kept, const std::vector<group>& rows,
                                         const group& columns) {
  const std::string sizes = product_of(kept) + ", " + product_of(rows) + ", " + b_.size(columns);
  const std::string slice = kept.empty() ? "" : " " + task_name(kept, inside_ != 0 ? "part" : "slice");
  const std::string row = " " + task_name(rows, "row");
  const body::state outside = b_.save();
  for (int n : q.nodes) {
    out_.open("nf::PivotColumns(d, " + context() + ", " + sizes + ", [&](size_t" + slice + ", auto at, size_t" + row +
              ") HWY_ATTR {");
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
}

void phased_printer::print_merge(const pass& q, const std::vector<group>& kept, const group& columns,
                                 const std::string& sizes) {
  const std::string slice = kept.empty() ? "" : " " + task_name(kept, inside_ != 0 ? "part" : "slice");
  const body::state outside = b_.save();
  out_.open("nf::MergeColumns<" + fold_list(q, p_) + ">(d, " + context() + ", " + sizes + ", " + partial() +
            ", [&](size_t" + slice + ", auto at" + sums_text(q, "V") + ") HWY_ATTR {");
  open_columns(kept, {}, columns);
  std::string largest;
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
      if (i + 1 == q.nodes.size())
        out_.line("nf::ScaleMarked(d, at, " + b_.run(arrays_.at(p_.extremes.scale)) + ", " + largest + ");");
      continue;
    }
    out_.line("at.Store(" + b_.run(arrays_.at(q.nodes[i])) + ", " + total + ");");
  }
  for (const repair& r : q.repairs) {
    const std::string variance = b_.fresh(b_.wish(r.variance));
    out_.line("const V " + variance + " = " + b_.expression(r.variance) + ";");
    out_.line("if (!again && nf::MovePivots(d, at, " + b_.run(arrays_.at(r.pivot)) + ", " + b_.value(r.shift) + ", " +
              variance + ")) moved = true;");
  }
  out_.close("});");
  b_.restore(outside);
}

// Slices that are rows: the sums of a few rows, then their outputs and, in the same sweep, what they add to the columns.
void phased_printer::print_rows_with_columns() {
  const pass& across = p_.slices.across;
  const pass& last = p_.passes[p_.slices.end - 1];
  std::vector<group> kept, rows;
  for (int l = 0; l + 1 < static_cast<int>(p_.loops.size()); ++l)
    (has(across.over, l) ? rows : kept).push_back({.loops = {l}});
  const group columns{.loops = {static_cast<int>(p_.loops.size()) - 1}};
  const std::string sizes = product_of(kept) + ", " + product_of(rows) + ", " + b_.size(columns);
  const std::string slice = kept.empty() ? "" : " " + task_name(kept, "slice");
  const std::string row = " " + task_name(rows, "row");
  const body::state outside = b_.save();

  out_.open("nf::FoldRows<S, " + fold_list(across, p_) + ">(d, context, " + sizes + ", " + bytes_of_slice() +
            ", partial, stream, [=](size_t" + slice + ", size_t" + row + ") HWY_ATTR {");
  b_.declare_index(kept, task_name(kept, "slice"));
  b_.declare_index(rows, task_name(rows, "row"));
  inside_ = p_.slices.loops;
  for (std::size_t i = p_.slices.begin; i + 1 < p_.slices.end; ++i) print_pass(i);
  inside_ = 0;

  b_.restore(outside);
  out_.turn("}, [=](size_t" + slice + ", size_t" + row + ", size_t ahead, const auto& each) HWY_ATTR {");
  b_.declare_index(kept, task_name(kept, "slice"));
  b_.declare_index(rows, task_name(rows, "row"));
  const std::vector<write> writes = writes_of_map(last);
  for (const write& w : writes) out_.comment(b_.wish(w.node) + " = " + b_.describe(w.node));
  for (int n : across.nodes) out_.comment(b_.wish(n) + " = " + b_.describe(n));
  std::vector<int> targets;
  for (const write& w : writes) targets.push_back(w.node);
  for (int n : across.nodes) targets.push_back(p_.at(n).args[0]);
  const std::vector<int> nodes = b_.needed(targets);
  b_.print_ready(nodes, targets);
  b_.open_vector(columns);
  b_.print_runs(nodes);
  const std::vector<std::string> to = print_out_runs(writes, b_);
  print_asked_pages(nodes, to, b_.size(columns), "stream", b_);
  out_.open("each([&](auto at" + sums_text(across, "V&") + ") HWY_ATTR {");
  for (int i : nodes)
    if (const tensor* t = b_.leaf(i); t != nullptr && t->storage == 'S')
      out_.line("at.Prefetch(" + b_.run_name(i) + " + ahead * " + b_.stride(*t, rows.back().loops.back()) + ");");
  for (std::size_t i = 0; i < writes.size(); ++i)
    if (writes[i].to.storage == 'S')
      out_.line("at.Prefetch(" + to[i] + " + ahead * " + b_.stride(writes[i].to, rows.back().loops.back()) + ");");
  b_.print_ready(nodes, targets);
  std::vector<std::string> values;
  for (const write& w : writes) {  // before the first store: an output may be one of the operands
    values.push_back(b_.value(w.node));
    if (values.back().find('(') == std::string::npos) continue;
    values.back() = b_.fresh(b_.wish(w.node));
    out_.code("const V " + values.back() + " = " + b_.value(w.node) + ";");
  }
  for (std::size_t i = 0; i < across.nodes.size(); ++i)
    out_.code("s" + std::to_string(i) + " = " + b_.fold(across.nodes[i], "s" + std::to_string(i)) + ";");
  for (std::size_t i = 0; i < writes.size(); ++i) out_.code("at.Store(" + to[i] + ", " + values[i] + ");");
  out_.close("});");
  out_.close("});");
  b_.restore(outside);
  print_merge(across, kept, columns, sizes);
  for (int n : across.nodes) b_.make_leaf(n, arrays_.at(n));
}

}  // namespace normfold::gen::highway
