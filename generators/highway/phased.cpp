// The frame of these kernels, their arrays, folds over rows and elementwise sweeps.
#include "phased.hpp"

#include <algorithm>

#include "../ops.hpp"
#include "column.hpp"

namespace normfold::gen::highway {

using ir::has;

bool is_column_pass(const plan& p, const pass& q) {
  int last = -1;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(q.loops, static_cast<int>(l))) last = static_cast<int>(l);
  return q.reduces && !has(q.over, last);
}

ir::atom_set innermost(const plan& p, ir::atom_set loops) {
  ir::atom_set last = 0;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (has(loops, static_cast<int>(l))) last = ir::atom_set{1} << l;
  return last;
}

void phased_printer::print() {
  declare_arrays();
  const rescue& r = p_.extremes;
  if (r.scale >= 0) {
    out_.line("bool scaled = false;");
    out_.open("for (;; scaled = true) {");
  }
  for (std::size_t i = 0; i < p_.passes.size(); ++i) {
    if (r.scale >= 0 && i == p_.first_output) print_extremes();
    if (!p_.slices.has(i)) {
      print_pass(i);
    } else if (i == p_.slices.begin) {
      if (p_.slices.across.nodes.empty()) print_slices();
      else print_rows_with_columns();
    }
  }
}

void phased_printer::print_pass(std::size_t index) {
  const pass& q = p_.passes[index];
  if (!q.reduces) print_map(q);
  else if (is_column_pass(p_, q)) print_columns(q);
  else print_rows(q);
  for (int n : q.nodes)
    if (arrays_.count(n) != 0) b_.make_leaf(n, arrays_.at(n));
}

// A task owns slices; sweep follows sweep in each of them.
void phased_printer::print_slices() {
  std::vector<group> slices;
  for (std::size_t l = 0; l < p_.loops.size(); ++l)
    if (has(p_.slices.loops, static_cast<int>(l))) slices.push_back({.loops = {static_cast<int>(l)}});
  const std::string flat = task_name(slices, "slice");
  const body::state outside = b_.save();
  out_.open("nf::ForSlicesInCache(context, " + product_of(slices) + ", " + bytes_of_slice() + ", stream, [=](size_t " +
            flat + (asks_ahead(writes_of_map(p_.passes[p_.slices.end - 1]), b_) ? ", size_t next" : ", size_t") +
            ", const normfold_context* within, [[maybe_unused]] nf::Edges& edges_of_slices) HWY_ATTR {");
  b_.declare_index(slices, flat);
  inside_ = p_.slices.loops;
  declare_partial();
  for (std::size_t i = p_.slices.begin; i < p_.slices.end; ++i) print_pass(i);
  inside_ = 0;
  out_.close("});");
  b_.restore(outside);
}

std::string phased_printer::bytes_of_slice() const {
  int tensors = 0;
  for (const tensor& t : k_.tensors) tensors += t.storage == 'S' ? 1 : 0;
  return (tensors > 1 ? std::to_string(tensors) + " * " : "") + b_.product(p_.all_loops() & ~p_.slices.loops) +
         " * sizeof(nf::Memory<S>)";
}

// An array lies where the caller wants the statistic, else in the workspace.
void phased_printer::declare_arrays() {
  bool workspace = false;
  bool columns = !p_.slices.across.nodes.empty() || !p_.extremes.columns.nodes.empty();
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
    const tensor t{
        .id = b_.fresh("a_scale"), .storage = 'A', .varies = p_.at(n).varies, .strided = false, .is_const = false};
    out_.comment(t.id + ": 1, or where squares overflow or vanish, a power of two by which x is multiplied");
    out_.line("nf::Stat<S>* " + t.id + " = nf::Take<nf::Stat<S>>(workspace, " + b_.product(t.varies) + ");");
    out_.line("nf::FillOnes(d, " + b_.product(t.varies) + ", " + t.id + ");");
    arrays_.emplace(n, t);
    b_.make_leaf(n, t);
  }
  if (columns && !workspace) out_.line("unsigned char* workspace = static_cast<unsigned char*>(context->workspace);");
  if (columns) out_.line("nf::Stat<S>* partial = reinterpret_cast<nf::Stat<S>*>(workspace);");
  const bool full = std::any_of(k_.tensors.begin(), k_.tensors.end(),
                                [](const tensor& t) { return t.storage == 'S' && !t.is_const; });
  if (full) out_.code(streams_text(k_, b_));
}

// What a sweep reads and writes: decides how its loops merge.
std::vector<ir::atom_set> phased_printer::sets_of(const pass& q) const {
  std::vector<int> operands;
  for (int n : q.nodes) operands.push_back(p_.at(n).args[0]);
  for (const repair& r : q.repairs) operands.push_back(r.pivot);
  std::vector<ir::atom_set> sets = b_.leaf_sets(b_.needed(operands));
  for (int n : q.nodes) sets.push_back(p_.at(n).varies);
  return sets;
}

void phased_printer::store_folds(const pass& q) {
  for (int n : q.nodes) out_.line("*(" + b_.at(arrays_.at(n)) + ") = hn::GetLane(" + b_.value(n) + ");");
}

std::string phased_printer::task_name(const std::vector<group>& groups, const std::string& many) const {
  if (groups.empty()) return "";
  if (groups.size() > 1) return many;
  std::string name = "i_";
  for (int l : groups[0].loops) name += p_.loops[static_cast<std::size_t>(l)].name;
  return name;
}

std::string phased_printer::product_of(const std::vector<group>& groups) const {
  std::string out;
  for (const group& g : groups) out += (out.empty() ? "" : " * ") + b_.size(g);
  return out.empty() ? "1" : out;
}

void phased_printer::open_tasks(const std::vector<group>& groups, const std::string& bytes, bool stream,
                                const std::string& flat) {
  if (inside_ != 0 && groups.empty()) {
    out_.open("{");
    if (stream) out_.line("nf::Edges& edges = edges_of_slices;");
    return;
  }
  const std::string streamed = !stream ? "false" : inside_ != 0 ? "within != nullptr && stream" : "stream";
  out_.open("nf::ForSlices(" + context() + ", " + product_of(groups) + ", " + bytes + " * sizeof(nf::Memory<S>), " +
            streamed + ", [=](size_t" + (flat.empty() ? "" : " " + flat) + (stream ? ", nf::Edges& edges" : "") +
            ") HWY_ATTR {");
}

void phased_printer::print_rows(const pass& q) {
  std::vector<group> kept;
  for (const group& g : merged(p_, q.loops & ~inside_, q.over, q.first, sets_of(q)))
    if (!g.reduced) kept.push_back(g);
  const std::string flat = task_name(kept, inside_ != 0 ? "row" : "slice");
  const body::state outside = b_.save();
  open_tasks(kept, b_.product(q.over, q.first), false, flat);
  b_.declare_index(kept, flat);
  for (const repair& r : q.repairs) {
    const std::string pivot = b_.fresh("pivot");
    out_.line("V " + pivot + " = nf::Broadcast<A, S>(d, " + b_.at(arrays_.at(r.pivot)) + ");");
    b_.name(r.pivot, pivot);
  }
  if (q.repairs.empty()) print_row_folds(q, b_);
  else print_repaired_folds(q, b_);
  store_folds(q);
  for (const repair& r : q.repairs)
    out_.line("*(" + b_.at(arrays_.at(r.pivot)) + ") = hn::GetLane(" + b_.value(r.pivot) + ");");
  close_tasks(kept);
  b_.restore(outside);
}

// Arrays, and what callers get: an array that is done already is only copied.
std::vector<write> phased_printer::writes_of_map(const pass& q) const {
  std::vector<write> writes;
  for (int n : q.nodes) {
    const bool array = arrays_.count(n) != 0;
    if (array && b_.leaf(n) == nullptr) writes.push_back({n, arrays_.at(n)});
    for (bool statistics : {true, false})
      for (const write& w : writes_of(k_, {n}, statistics))
        if (!array || w.to.id != arrays_.at(n).id) writes.push_back(w);
  }
  return writes;
}

void phased_printer::print_map(const pass& q) {
  const std::vector<write> writes = writes_of_map(q);
  if (writes.empty()) return;
  std::vector<int> targets;
  for (const write& w : writes) targets.push_back(w.node);
  const std::vector<int> nodes = b_.needed(targets);
  std::vector<ir::atom_set> sets = b_.leaf_sets(nodes);
  for (const write& w : writes) sets.push_back(w.to.varies);
  for (const write& w : writes) out_.comment(b_.wish(w.node) + " = " + b_.describe(w.node));
  const body::state outside = b_.save();
  const ir::atom_set loops = q.loops & ~inside_;
  if (loops == 0) {
    out_.open("{");
    b_.print_ready(nodes, targets);
    for (const write& w : writes) out_.code(b_.store_one(w.to, w.node));
    out_.close();
    b_.restore(outside);
    return;
  }
  std::vector<group> groups = merged(p_, loops, 0, {}, sets);
  const group columns = groups.back();
  groups.pop_back();
  const bool full = std::any_of(writes.begin(), writes.end(), [](const write& w) { return w.to.storage == 'S'; });
  int next = full ? in_memory : in_cache;
  for (std::size_t l = 0; full && l < p_.loops.size(); ++l)
    if (has(inside_, static_cast<int>(l))) next = static_cast<int>(l);  // what the next slice will read
  const std::string stream = full ? "stream" : "false";
  if (groups.empty()) {
    const std::string n = b_.size(columns);
    out_.open("nf::ForSlices(" + context() + ", nf::Blocks(" + n + "), nf::kBlock * sizeof(nf::Memory<S>), " +
              (full && inside_ != 0 ? "within != nullptr && stream" : stream) + ", [=](size_t block" +
              (full ? ", nf::Edges& edges" : "") + ") HWY_ATTR {");
    out_.line("const size_t start = block * nf::kBlock;");
    b_.start_at(columns, "start");
    b_.print_ready(nodes, targets);
    print_each(writes, nodes, columns, "nf::BlockLength(" + n + ", block)", stream, next, b_);
    out_.close("});");
  } else {
    const std::string flat = task_name(groups, "row");
    open_tasks(groups, b_.size(columns), full, flat);
    b_.declare_index(groups, flat);
    b_.print_ready(nodes, targets);
    print_each(writes, nodes, columns, b_.size(columns), stream, next, b_);
    close_tasks(groups);
  }
  b_.restore(outside);
}

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
  const auto partial = [&](const pass& q) {
    const ir::atom_set kept = q.loops & ~q.over, columns = innermost(p, kept);
    lines.push_back("need.Partial(" + std::to_string(q.nodes.size()) + ", " + b.product(kept & ~columns) + ", " +
                    b.product(columns) + ", " + b.product(q.over, q.first) + ");");
  };
  for (const pass& q : p.passes)
    if (is_column_pass(p, q) && !q.pivots) partial(q);
  if (!p.extremes.columns.nodes.empty()) partial(p.extremes.columns);
  if (!p.slices.across.nodes.empty()) partial(p.slices.across);
  return lines;
}

}  // namespace normfold::gen::highway
