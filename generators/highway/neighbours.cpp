// Neighbouring slices whose runs are short are kept in cache together: first the statistics of all (lanes.cpp), then their outputs as they
// lie in memory. Very short runs, which follow each other there, are summed and written as one.
#include "neighbours.hpp"

#include <algorithm>

#include "../ops.hpp"

namespace normfold::gen::highway {

using ir::has;

namespace {

// Neighbouring slices and the run of each: where those lie apart, one stretch of memory.
ir::atom_set neighbours_of(const plan& p) {
  ir::atom_set neighbours = 0;
  for (int l = p.together; l >= 0 && has(p.all_loops() & ~slice_of(p), l); --l) neighbours |= ir::atom_set{1} << l;
  return neighbours;
}
ir::atom_set run_of(const plan& p) { return p.all_loops() & ~((ir::atom_set{2} << p.together) - 1); }

// Whether a node is the same for all of a slice: what its statistics and numbers tell, and with `leaves` what belongs to it in memory.
// `sums`: becomes true if there is a statistic among them.
bool is_of_slice(int node, bool leaves, const body& b, bool& sums) {
  const plan& p = b.p();
  const ir::node& n = p.at(node);
  if ((n.varies & slice_of(p)) != 0) return false;
  if (b.leaf(node) != nullptr) return leaves || n.varies == 0;
  if (is_reduction(n.op) || node == p.extremes.scale) return sums = true;
  return std::all_of(n.args.begin(), n.args.end(), [&](int a) { return is_of_slice(a, leaves, b, sums); });
}

// Whether `nodes` of neighbouring slices can be computed as one run: all else that they need is the same for all of it, or lies in
// memory as its elements do.
bool goes_as_one(const std::vector<int>& nodes, const std::vector<int>& kept, const body& b) {
  const plan& p = b.p();
  const ir::atom_set stretch = neighbours_of(p) | run_of(p);
  std::vector<int> open = nodes;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (std::find(kept.begin(), kept.end(), open[i]) != kept.end()) continue;
    const ir::atom_set varies = p.at(open[i]).varies & stretch;
    if (p.at(open[i]).op == "leading" || (varies != 0 && varies != stretch)) return false;
    if (b.leaf(open[i]) == nullptr) open.insert(open.end(), p.at(open[i]).args.begin(), p.at(open[i]).args.end());
  }
  return true;
}

// Declares places for them.
std::vector<kept> declare_kept(const std::vector<int>& nodes, body& b) {
  std::string declared;
  std::vector<kept> all;
  for (int n : nodes) {
    all.push_back({n, b.fresh(b.wish(n) + "_of")});
    declared += (declared.empty() ? "nf::OfSlices<S> " : ", ") + all.back().name;
  }
  if (all.empty()) return {};
  b.out().comment("what the outputs of a slice need of it");
  b.out().code(declared + ";");
  return all;
}

// The pivots that the first sweep takes of each slice.
std::vector<int> first_pivots(const plan& p) { return p.passes[0].pivots ? p.passes[0].nodes : std::vector<int>(); }

// Prints how those of a slice that is not scaled are found, and returns where they are left.
std::vector<std::string> print_find_pivots(const std::vector<kept>& values, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  std::vector<std::string> places;
  for (int n : first_pivots(p))
    places.push_back(std::find_if(values.begin(), values.end(), [&](const kept& v) { return v.node == n; })->place(p));
  if (places.empty()) return {};
  const body::state before = b.save();
  out.open("const auto find_pivots = [&](size_t " + slice_name(p) + ") HWY_ATTR {");
  declare_slice(b);
  print_unscaled(b);
  print_row_folds(p.passes[0], b);
  for (std::size_t i = 0; i < places.size(); ++i)
    out.line(places[i] + " = hn::GetLane(" + b.value(p.passes[0].nodes[i]) + ");");
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
  for (const group& g : output_loops(writes, nodes, b))
    (g.loops[0] < b.p().together ? all.outer : all.inner).push_back(g);
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
  for (const kept& v : values) out.line("const V " + b.value(v.node) + " = hn::Set(d, " + v.place(b.p()) + ");");
  b.print_ready(nodes, stored);
  open_outer(inner, nodes, stored, b);
  print_each(writes, nodes, inner.back(), b.size(inner.back()), "stream", ahead, b);
  for (std::size_t g = 0; g < inner.size(); ++g) out.close();
  for (std::size_t g = 0; g + 1 < outer.size(); ++g) out.close();
}

// Prints what writes these values of each slice out for every element of its run, and names them so.
void print_spread(const std::vector<kept>& values, const std::string& run, body& b) {
  if (values.empty()) return;
  const plan& p = b.p();
  writer& out = b.out();
  const std::string name = b.fresh("spread");
  out.line("nf::Spread<S, " + std::to_string(values.size()) + "> " + name + ";");
  out.open(open_slices(p));
  const body::state outside = b.save();
  if (std::any_of(values.begin(), values.end(), [](const kept& v) { return v.name.empty(); })) declare_slice(b);
  std::string places;
  for (const kept& v : values)
    places += ", " + (v.name.empty()
                          ? std::string("nf::LoadOne(") + b.leaf(v.node)->storage + "(), " + b.at(*b.leaf(v.node)) + ")"
                          : v.place(p));
  b.restore(outside);
  out.code(name + ".Write(d, " + slice_name(p) + " - begin, " + run + places + ");");
  out.close();
  for (std::size_t k = 0; k < values.size(); ++k) {
    const std::string value = b.fresh(b.wish(values[k].node));
    out.line("const nf::In<nf::StatStorage<S>> " + value + " = " + name + "[" + std::to_string(k) + "];");
    b.name(values[k].node, "at(" + value + ")");
  }
}

// Where the runs of slices are so short that each place of a run has a lane of its own: prints the sums of all of them as columns of one
// long run, place by place, and returns their name. Of the first sweep that sums, if all that it needs is known before.
std::string print_place_sums(const std::vector<kept>& values, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const pass& q = p.passes[first_sums(p)];
  if (!p.apart || !q.reduces || q.first) return "";
  std::vector<int> operands;
  for (int n : q.nodes) operands.push_back(p.at(n).args[0]);
  const std::vector<int> pivots = first_pivots(p);
  const body::state before = b.save();
  for (int n : pivots) b.name(n, "pivot");
  if (p.extremes.scale >= 0) b.name(p.extremes.scale, "by");
  const std::vector<int> known = kept_values(operands, false, b);
  const std::vector<group> groups = merged(p, q.over, q.over, q.first, b.leaf_sets(b.needed(operands)));
  const bool fits = groups.size() == 2 && goes_as_one(operands, known, b);
  b.restore(before);
  if (!fits) return "";
  std::vector<kept> spread;
  for (int n : known) {
    if (n == p.extremes.scale) continue;
    const auto found = std::find_if(values.begin(), values.end(), [&](const kept& v) { return v.node == n; });
    spread.push_back({n, std::find(pivots.begin(), pivots.end(), n) != pivots.end() ? found->name : ""});
  }
  const std::string run = b.size(groups[1]), runs = b.size(groups[0]), name = b.fresh("places");
  out.comment(
      "runs so short that each place in them has a lane of its own: sums of every place, of all slices at once");
  out.line("nf::PlaceSums<S, " + fold_list(q, p) + "> " + name + ";");
  out.line("const bool as_columns = end - begin > 1 && " + name + ".Fit(" + run + ", " + runs + ");");
  out.open("if (as_columns) {");
  if (!pivots.empty()) out.line("for (; found < end; ++found) find_pivots(found);");
  print_spread(spread, run, b);
  if (std::find(known.begin(), known.end(), p.extremes.scale) != known.end()) {
    out.line("constexpr nf::One by{};");
    b.multiply_by({p.extremes.scale}, false);
  }
  declare_slice(b, "begin");
  const std::string i = "i_" + p.loops[static_cast<std::size_t>(groups[0].loops.back())].name;
  std::string sums;
  for (std::size_t s = 0; s < q.nodes.size(); ++s) sums += ", V& s" + std::to_string(s);
  out.open(name + ".Over(d, end - begin, " + run + ", " + runs + ", [&](auto at, size_t " + i + sums + ") HWY_ATTR {");
  b.open_loop(groups[0], i);
  b.open_vector(groups[1]);
  const std::vector<int> nodes = b.needed(operands);
  b.print_runs(nodes);
  for (int t : full_tensors(nodes, b))
    out.line("at.Prefetch(" + b.run_name(t) + " + next * " + in_brackets(b.stride(*b.leaf(t), p.together)) + ");");
  print_steps(q, nodes, b);
  out.close("});");
  out.close();
  b.restore(before);
  return name;
}

// The same as one run of all slices. A scale that is not 1 is left to the other way.
void print_outputs_as_one(const std::vector<kept>& values, const std::vector<write>& writes, int ahead, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const auto scale =
      std::find_if(values.begin(), values.end(), [&](const kept& v) { return v.node == p.extremes.scale; });
  const std::string run = b.product(run_of(p));
  std::vector<kept> spread;
  for (const kept& v : values)
    if (v.node != p.extremes.scale) spread.push_back(v);
  out.comment(
      "short runs of neighbours, which follow each other in memory: one run, with what they share written out for each "
      "element");
  out.line(std::string(scale != values.end() ? "bool" : "const bool") + " as_one = end - begin > 1 && " + run +
           " * sizeof(nf::Memory<S>) < normfold::kSpreadRun;");
  if (scale != values.end()) {
    const std::string i = slice_name(p);
    out.line("for (size_t " + i + " = begin; " + i + " < end; ++" + i + ") as_one = as_one && " + scale->place(p) +
             " == 1;");
  }
  out.open("if (as_one) {");
  const body::state before = b.save();
  print_spread(spread, run, b);
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

}  // namespace

std::vector<int> kept_values(const std::vector<int>& nodes, bool leaves, const body& b) {
  const plan& p = b.p();
  std::vector<char> seen(p.g.nodes.size(), 0);
  std::vector<int> kept, open = nodes;
  while (!open.empty()) {
    const int i = open.back();
    open.pop_back();
    if (seen[static_cast<std::size_t>(i)] != 0) continue;
    seen[static_cast<std::size_t>(i)] = 1;
    bool sums = false;
    if (const tensor* t = b.leaf(i)) {
      if (p.apart && (t->varies & neighbours_of(p)) != 0 && (t->varies & slice_of(p)) == 0) kept.push_back(i);
    } else if (is_of_slice(i, leaves, b, sums) && sums) {
      kept.push_back(i);
    } else {
      open.insert(open.end(), p.at(i).args.begin(), p.at(i).args.end());
    }
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

void print_kept(const std::vector<kept>& values, body& b) {
  for (const kept& v : values) b.out().code(v.place(b.p()) + " = hn::GetLane(" + b.value(v.node) + ");");
}

void print_unscaled(body& b) {
  if (b.p().extremes.scale < 0) return;
  b.out().line("constexpr nf::One by{};");
  b.multiply_by({b.p().extremes.scale}, false);
}

std::string open_slices(const plan& p) {
  const std::string i = slice_name(p);
  return "for (size_t " + i + " = begin; " + i + " < end; ++" + i + ") {";
}

void print_find_ahead(const beforehand& known, body& b) {
  if (known.pivots.empty()) return;
  b.out().line("for (; found < HWY_MIN(end, " + slice_name(b.p()) +
               " + nf::kPivotsAhead); ++found) find_pivots(found);");
}

void print_slices_together(const kernel& k, const std::vector<write>& writes, int ahead, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const ir::atom_set kept_sets = p.all_loops() & ~slice_of(p), run = run_of(p), neighbours = neighbours_of(p);
  int inputs = 0;
  for (const tensor& t : k.tensors) inputs += t.storage == 'S' && t.is_const ? 1 : 0;
  const std::string bytes = b.product(slice_of(p)) + " * sizeof(nf::Memory<S>)";
  const bool lanes = goes_by_lanes(p);
  const std::vector<int> nodes = kept_values(nodes_of(writes), p.apart || !lanes, b);
  const bool as_one = p.apart && goes_as_one(nodes_of(writes), nodes, b);
  out.code("const size_t together = nf::" + std::string(p.apart ? "SlicesApart(" : "SlicesTogether(") +
           b.product(neighbours) + ", " + b.product(run) + " * sizeof(nf::Memory<S>), " +
           (inputs > 1 ? std::to_string(inputs) + " * " : "") + bytes + ");");
  out.code(streams_text(k, b, as_one ? "together * " : ""));
  out.open("nf::ForSlicesTogether(context, " + b.product(kept_sets & ~neighbours) + ", " + b.product(neighbours) +
           ", together, " + bytes +
           ", stream, [=](size_t begin, size_t end, size_t next, nf::Edges& edges) HWY_ATTR {");
  const std::vector<int> pivots = first_pivots(p);
  std::vector<int> wanted = nodes;
  for (int n : pivots)
    if (std::find(nodes.begin(), nodes.end(), n) == nodes.end()) wanted.push_back(n);
  const std::vector<kept> all = declare_kept(wanted, b);
  const std::vector<kept> values(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(nodes.size()));
  const body::state outside = b.save();
  beforehand known;
  known.pivots = print_find_pivots(all, b);
  known.places = print_place_sums(all, b);
  if (lanes) {
    print_by_lanes(k, values, known, b);
  } else {
    std::vector<int> targets = nodes_of(writes_of(k, p.passes.back().nodes, true));
    targets.insert(targets.end(), nodes.begin(), nodes.end());
    out.open(open_slices(p));
    print_find_ahead(known, b);
    print_statistics(
        k, targets, b,
        [&] {
          print_stored_statistics(k, b);
          print_kept(values, b);
        },
        known);
    out.close();
  }
  b.restore(outside);
  for (const write& w : writes) out.comment(b.wish(w.node) + " = " + b.describe(w.node));
  if (as_one) print_outputs_as_one(values, writes, ahead, b);
  print_outputs_together(values, writes, ahead, b);
  out.close("});");
}

}  // namespace normfold::gen::highway
