// Kernels that keep a slice in cache: fold after fold over it, then its outputs. Neighbouring slices whose runs are short are
// kept there together: their statistics one after the other, then their outputs as they lie in memory.
#include <algorithm>

#include "sweeps.hpp"

namespace normfold::gen::highway {

using ir::has;

std::vector<int> kept_loops(const plan& p) {
  std::vector<int> keep;
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (!has(slice_of(p), static_cast<int>(l))) keep.push_back(static_cast<int>(l));
  return keep;
}

std::string slice_name(const plan& p) {
  const std::vector<int> keep = kept_loops(p);
  return keep.size() == 1 ? "i_" + p.loops[static_cast<std::size_t>(keep[0])].name : "slice";
}

namespace {

void declare_slice(body& b, const std::string& flat = "") {
  std::vector<group> slices;
  for (int l : kept_loops(b.p())) slices.push_back({.loops = {l}});
  b.declare_index(slices, flat.empty() ? slice_name(b.p()) : flat);
}

// Prints the statistics of the slice that is open and what else `targets` need of it, stores those that callers get, and lets
// `outputs` go on from there. `pivots`: places of the first sweep's, where they were found ahead.
template <class Outputs>
void print_statistics(const kernel& k, const std::vector<int>& targets, body& b, const Outputs& outputs,
                      const std::vector<std::string>& pivots = {}) {
  const plan& p = b.p();
  writer& out = b.out();
  declare_slice(b);
  const rescue& r = p.extremes;
  if (r.scale >= 0) {
    out.comment("scale: 1, or where squares overflow or vanish, a power of two by which x is multiplied");
    out.line("V scale = nf::Number(d, 1);");
    b.name(r.scale, "scale");
    out.open("for (bool last = false;; last = true) {");
  }
  // Where the runs of a slice follow each other, the last sweep that reduces asks for what is stored next.
  const std::vector<write> stores = p.apart ? std::vector<write>() : writes_of(k, p.passes.back().nodes, false);
  for (std::size_t i = 0; i < p.passes.size() && p.passes[i].reduces; ++i) {
    const pass& q = p.passes[i];
    const bool last = i + 1 == p.passes.size() || !p.passes[i + 1].reduces;
    const std::vector<write> asked = last ? stores : std::vector<write>();
    if (!q.repairs.empty()) print_repaired_folds(q, b, asked);
    else print_row_folds(q, b, asked, i == 0 ? pivots : std::vector<std::string>());
  }
  const std::vector<write> statistics = writes_of(k, p.passes.back().nodes, true);
  std::vector<int> wanted = targets;
  wanted.insert(wanted.end(), r.in_range.begin(), r.in_range.end());
  b.print_ready(b.needed(wanted), wanted, r.scale >= 0 ? b.needed(r.in_range) : b.needed(wanted));
  if (r.scale >= 0) {
    std::string in_range;
    for (int n : r.in_range) in_range += " && nf::InRange(d, " + b.value(n) + ")";
    in_range = in_range.substr(4);
    out.open("if (!last && !" + (r.in_range.size() > 1 ? "(" + in_range + ")" : in_range) + ") {");
    out.comment("Squares overflow or vanish: once more on x times a power of two.");
    const body::state before = b.save();
    print_row_folds(r.largest, b);
    std::string largest = b.value(r.largest.nodes[0]);
    for (std::size_t i = 1; i < r.largest.nodes.size(); ++i) largest = "nf::Max(" + largest + ", " + b.value(r.largest.nodes[i]) + ")";
    out.line("scale = nf::PowerOfTwo(d, " + largest + ");");
    out.line("continue;");
    b.restore(before);
    out.close();
    b.print_ready(b.needed(targets), targets);
  }
  for (const write& w : statistics) {
    out.comment(b.wish(w.node) + " = " + b.describe(w.node));
    out.code(b.store_one(w.to, w.node));
  }
  outputs();
  if (r.scale >= 0) {
    out.line("break;");
    out.close();
  }
}

// The loops of one slice's outputs.
std::vector<group> output_loops(const std::vector<write>& writes, const std::vector<int>& nodes, const body& b) {
  std::vector<ir::atom_set> sets = b.leaf_sets(nodes);
  for (const write& w : writes) sets.push_back(w.to.varies);
  return merged(b.p(), slice_of(b.p()), 0, {}, sets);
}

std::vector<int> nodes_of(const std::vector<write>& writes) {
  std::vector<int> nodes;
  for (const write& w : writes) nodes.push_back(w.node);
  return nodes;
}

void print_slice(const kernel& k, const std::vector<write>& writes, int ahead, body& b) {
  print_statistics(k, b.p().passes.back().nodes, b, [&] {
    const std::vector<int> stored = nodes_of(writes);
    const std::vector<int> nodes = b.needed(stored);
    const std::vector<group> groups = output_loops(writes, nodes, b);
    for (const write& w : writes) b.out().comment(b.wish(w.node) + " = " + b.describe(w.node));
    open_outer(groups, nodes, stored, b);
    print_each(writes, nodes, groups.back(), b.size(groups.back()), "stream", ahead, b);
    for (std::size_t g = 0; g + 1 < groups.size(); ++g) b.out().close();
  });
}

// Neighbouring slices and the run of each: where those lie apart, one stretch of memory.
ir::atom_set neighbours_of(const plan& p) {
  ir::atom_set neighbours = 0;
  for (int l = p.together; l >= 0 && has(p.all_loops() & ~slice_of(p), l); --l) neighbours |= ir::atom_set{1} << l;
  return neighbours;
}
ir::atom_set run_of(const plan& p) { return p.all_loops() & ~((ir::atom_set{2} << p.together) - 1); }

// What is known of a slice and needed once more when its outputs are written.
std::vector<int> kept_values(const std::vector<write>& writes, const body& b) {
  const plan& p = b.p();
  std::vector<char> seen(p.g.nodes.size(), 0);
  std::vector<int> kept, open = nodes_of(writes);
  while (!open.empty()) {
    const int i = open.back();
    open.pop_back();
    if (seen[static_cast<std::size_t>(i)] != 0) continue;
    seen[static_cast<std::size_t>(i)] = 1;
    if (const tensor* t = b.leaf(i)) {
      if (p.apart && (t->varies & neighbours_of(p)) != 0 && (t->varies & slice_of(p)) == 0) kept.push_back(i);
    } else if (b.needed({i}).empty()) {
      kept.push_back(i);
    } else {
      open.insert(open.end(), p.at(i).args.begin(), p.at(i).args.end());
    }
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

// Whether the outputs of neighbouring slices can be computed as one run: all else that they need is the same for all of it, or lies in
// memory as its elements do.
bool goes_as_one(const std::vector<write>& writes, const std::vector<int>& kept, const body& b) {
  const plan& p = b.p();
  const ir::atom_set stretch = neighbours_of(p) | run_of(p);
  std::vector<int> open = nodes_of(writes);
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (std::find(kept.begin(), kept.end(), open[i]) != kept.end()) continue;
    const ir::atom_set varies = p.at(open[i]).varies & stretch;
    if (p.at(open[i]).op == "leading" || (varies != 0 && varies != stretch)) return false;
    if (b.leaf(open[i]) == nullptr) open.insert(open.end(), p.at(open[i]).args.begin(), p.at(open[i]).args.end());
  }
  return true;
}

// A value of a slice, and where it lies until the outputs are written.
struct kept {
  int node;
  std::string place;
};

std::string open_slices(const plan& p) {
  const std::string i = slice_name(p);
  return "for (size_t " + i + " = begin; " + i + " < end; ++" + i + ") {";
}

// What the outputs of each slice need of it, as if its statistics were printed.
std::vector<int> kept_of_slices(const kernel& k, const std::vector<write>& writes) {
  std::vector<int> nodes;
  writer unread;
  body alone(k, unread);
  print_statistics(k, alone.p().passes.back().nodes, alone, [&] { nodes = kept_values(writes, alone); });
  return nodes;
}

// Declares places for them.
std::vector<kept> declare_kept(const std::vector<int>& nodes, body& b) {
  if (nodes.empty()) return {};
  const std::string array = b.fresh("kept");
  unique_names members;
  std::string declared;
  std::vector<kept> all;
  for (int n : nodes) {
    std::string member = b.wish(n);
    for (int i = 2; !members.is_free(member); ++i) member = b.wish(n) + std::to_string(i);
    members(member);
    declared += (declared.empty() ? "" : ", ") + member;
    all.push_back({n, array + "[" + slice_name(b.p()) + " - begin]." + member});
  }
  b.out().comment("what the outputs of a slice need of it");
  b.out().code("struct { nf::Stat<S> " + declared + "; } " + array + "[normfold::kMostTogether];");
  return all;
}

// The pivots that the first sweep takes of each slice.
std::vector<int> first_pivots(const plan& p) { return p.passes[0].pivots ? p.passes[0].nodes : std::vector<int>(); }

// Prints how those of a slice that is not scaled are found, and returns where they are left.
std::vector<std::string> print_find_pivots(const std::vector<kept>& values, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  std::vector<std::string> places;
  for (int n : first_pivots(p)) places.push_back(std::find_if(values.begin(), values.end(), [&](const kept& v) { return v.node == n; })->place);
  if (places.empty()) return {};
  const body::state before = b.save();
  out.open("const auto find_pivots = [&](size_t " + slice_name(p) + ") HWY_ATTR {");
  declare_slice(b);
  if (p.extremes.scale >= 0) {
    out.line("constexpr nf::One by{};");
    b.multiply_by({p.extremes.scale}, false);
  }
  print_row_folds(p.passes[0], b);
  for (std::size_t i = 0; i < places.size(); ++i) out.line(places[i] + " = hn::GetLane(" + b.value(p.passes[0].nodes[i]) + ");");
  out.close("};");
  b.restore(before);
  out.line("size_t found = begin;");
  return places;
}

// The loops of the outputs of neighbouring slices: around the slices, and within a run.
struct loops_around {
  std::vector<group> outer, inner;
};
loops_around around_slices(const std::vector<write>& writes, const std::vector<int>& nodes, const body& b) {
  loops_around all;
  for (const group& g : output_loops(writes, nodes, b)) (g.loops[0] < b.p().together ? all.outer : all.inner).push_back(g);
  return all;
}

// The outputs of neighbouring slices, slice by slice.
void print_outputs_together(const std::vector<kept>& values, const std::vector<write>& writes, int ahead, body& b) {
  writer& out = b.out();
  const std::vector<int> stored = nodes_of(writes);
  for (const kept& v : values) b.name(v.node, b.fresh(b.wish(v.node)));
  const std::vector<int> nodes = b.needed(stored);
  auto [outer, inner] = around_slices(writes, nodes, b);
  outer.push_back(inner[0]);
  open_outer(outer, {}, {}, b);
  out.open(open_slices(b.p()));
  declare_slice(b);
  for (const kept& v : values) out.line("const V " + b.value(v.node) + " = hn::Set(d, " + v.place + ");");
  b.print_ready(nodes, stored);
  open_outer(inner, nodes, stored, b);
  print_each(writes, nodes, inner.back(), b.size(inner.back()), "stream", ahead, b);
  for (std::size_t g = 0; g < inner.size(); ++g) out.close();
  for (std::size_t g = 0; g + 1 < outer.size(); ++g) out.close();
}

// The same as one run of all slices. A scale that is not 1 is left to the other way.
void print_outputs_as_one(const std::vector<kept>& values, const std::vector<write>& writes, int ahead, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const auto scale = std::find_if(values.begin(), values.end(), [&](const kept& v) { return v.node == p.extremes.scale; });
  const std::string run = b.product(run_of(p));
  std::vector<kept> spread;
  for (const kept& v : values)
    if (v.node != p.extremes.scale) spread.push_back(v);
  out.comment("short runs of neighbours, which follow each other in memory: one run, with what they share written out for each element");
  out.line(std::string(scale != values.end() ? "bool" : "const bool") + " as_one = end - begin > 1 && " + run + " * sizeof(nf::Memory<S>) < normfold::kSpreadRun;");
  if (scale != values.end()) {
    const std::string i = slice_name(p);
    out.line("for (size_t " + i + " = begin; " + i + " < end; ++" + i + ") as_one = as_one && " + scale->place + " == 1;");
  }
  out.open("if (as_one) {");
  const body::state before = b.save();
  if (!spread.empty()) {
    const std::string name = b.fresh("spread");
    std::string places;
    for (const kept& v : spread) places += ", " + v.place;
    out.line("nf::Spread<S, " + std::to_string(spread.size()) + "> " + name + ";");
    out.open(open_slices(p));
    out.code(name + ".Write(d, " + slice_name(p) + " - begin, " + run + places + ");");
    out.close();
    for (std::size_t k = 0; k < spread.size(); ++k) {
      const std::string value = b.fresh(b.wish(spread[k].node));
      out.line("const nf::In<nf::StatStorage<S>> " + value + " = " + name + "[" + std::to_string(k) + "];");
      b.name(spread[k].node, "at(" + value + ")");
    }
  }
  if (scale != values.end()) {
    out.line("constexpr nf::One by{};");
    b.multiply_by({scale->node}, false);
  }
  const std::vector<int> nodes = b.needed(nodes_of(writes));
  auto [outer, inner] = around_slices(writes, nodes, b);
  group all;
  for (const group& g : inner) all.loops.insert(all.loops.end(), g.loops.begin(), g.loops.end());
  outer.push_back(all);
  declare_slice(b, "begin");
  open_outer(outer, {}, {}, b);
  print_each(writes, nodes, all, "(end - begin) * " + in_brackets(run), "stream", ahead, b, !spread.empty());
  for (std::size_t g = 0; g + 1 < outer.size(); ++g) out.close();
  out.line("return;");
  out.close();
  b.restore(before);
}

void print_slices_together(const kernel& k, const std::vector<write>& writes, int ahead, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const ir::atom_set kept_sets = p.all_loops() & ~slice_of(p), run = run_of(p), neighbours = neighbours_of(p);
  int inputs = 0;
  for (const tensor& t : k.tensors) inputs += t.storage == 'S' && t.is_const ? 1 : 0;
  const std::string bytes = b.product(slice_of(p)) + " * sizeof(nf::Memory<S>)";
  const std::vector<int> nodes = kept_of_slices(k, writes);
  const bool as_one = p.apart && goes_as_one(writes, nodes, b);
  out.code("const size_t together = nf::" + std::string(p.apart ? "SlicesApart(" : "SlicesTogether(") + b.product(neighbours) + ", " + b.product(run) +
           " * sizeof(nf::Memory<S>), " + (inputs > 1 ? std::to_string(inputs) + " * " : "") + bytes + ");");
  out.code(streams_text(k, b, as_one ? "together * " : ""));
  out.open("nf::ForSlicesTogether(context, " + b.product(kept_sets & ~neighbours) + ", " + b.product(neighbours) + ", together, " + bytes +
           ", stream, [=](size_t begin, size_t end, size_t next) HWY_ATTR {");
  const std::vector<int> pivots = first_pivots(p);
  std::vector<int> places = nodes;
  for (int n : pivots)
    if (std::find(nodes.begin(), nodes.end(), n) == nodes.end()) places.push_back(n);
  const std::vector<kept> all = declare_kept(places, b);
  const std::vector<kept> values(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(nodes.size()));
  const body::state outside = b.save();
  const std::vector<std::string> found = print_find_pivots(all, b);
  out.open(open_slices(p));
  if (!found.empty()) out.line("for (; found < HWY_MIN(end, " + slice_name(p) + " + nf::kPivotsAhead); ++found) find_pivots(found);");
  std::vector<int> wanted = nodes_of(writes_of(k, p.passes.back().nodes, true));
  wanted.insert(wanted.end(), nodes.begin(), nodes.end());
  print_statistics(k, wanted, b, [&] {
    for (const kept& v : values) out.line(v.place + " = hn::GetLane(" + b.value(v.node) + ");");
  }, found);
  out.close();
  b.restore(outside);
  for (const write& w : writes) out.comment(b.wish(w.node) + " = " + b.describe(w.node));
  if (as_one) print_outputs_as_one(values, writes, ahead, b);
  print_outputs_together(values, writes, ahead, b);
  out.close("});");
}

}  // namespace

void print_resident(const kernel& k, body& b) {
  const plan& p = b.p();
  const std::vector<int> keep = kept_loops(p);
  const std::vector<write> writes = writes_of(k, p.passes.back().nodes, false);
  const int ahead = keep.empty() || !asks_ahead(writes, b) ? in_cache : keep.back();
  const body::state outside = b.save();
  if (p.together >= 0) {
    print_slices_together(k, writes, ahead, b);
  } else {
    b.out().code(streams_text(k, b));
    b.out().open("nf::ForSlices(context, " + b.product(p.all_loops() & ~slice_of(p)) + ", " + b.product(slice_of(p)) +
                 " * sizeof(nf::Memory<S>), stream, [=](size_t" + (keep.empty() ? "" : " " + slice_name(p)) + (ahead < 0 ? "" : ", size_t next") +
                 ") HWY_ATTR {");
    print_slice(k, writes, ahead, b);
    b.out().close("});");
  }
  b.restore(outside);
}

}  // namespace normfold::gen::highway
