// Statistics of neighbouring slices, computed at once: the sums of each, then, in vectors with a slice a lane, what follows from them. So no
// slice waits for the divisions and roots of the one before. A slice whose pivot was far off, or whose squares overflow or vanish, goes by itself.
#include <algorithm>

#include "../ops.hpp"
#include "neighbours.hpp"

namespace normfold::gen::highway {

namespace {

std::string array_of(const std::string& place) { return place.substr(0, place.find('[')); }

bool is_repaired(const plan& p) { return p.extremes.scale >= 0 || !p.passes[first_sums(p)].repairs.empty(); }

// Prints `by_itself(slice)`: all statistics of one slice, sweep after sweep, the first one about the pivot that was found.
void print_by_itself(const kernel& k, const std::vector<kept>& values, const beforehand& known, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  std::string left;
  std::vector<int> targets;
  for (const kept& v : values) {
    left += ", &" + v.name;
    targets.push_back(v.node);
  }
  for (const std::string& pivot : known.pivots)
    if (std::none_of(values.begin(), values.end(), [&](const kept& v) { return v.place(p) == pivot; }))
      left += ", &" + array_of(pivot);
  const body::state before = b.save();
  out.comment("a slice by itself, about its mean or times a power of two");
  out.open("const auto by_itself = [=" + left + "](size_t " + slice_name(p) + ") HWY_ATTR HWY_NOINLINE {");
  print_statistics(k, targets, b, [&] { print_kept(values, b); }, {.pivots = known.pivots, .places = {}});
  out.close("};");
  b.restore(before);
}

// Prints the sums of all slices, one after the other. What they come to lies in `totals`.
void print_all_sums(const kernel& k, const std::vector<std::string>& totals, const beforehand& known, body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const pass& q = p.passes[first_sums(p)];
  const body::state before = b.save();
  out.open(open_slices(p));
  print_find_ahead(known, b);
  declare_slice(b);
  print_unscaled(b);
  for (std::size_t i = 0; i < known.pivots.size(); ++i) {
    const std::string name = b.fresh(b.wish(p.passes[0].nodes[i]));
    out.line("const V " + name + " = hn::Set(d, " + known.pivots[i] + ");");
    b.name(p.passes[0].nodes[i], name);
  }
  const std::string sums = print_sums(q, b, stored_next(k, p), known);
  for (std::size_t i = 0; i < totals.size(); ++i)
    out.code(totals[i] + "[" + slice_name(p) + " - begin] = hn::GetLane(nf::Total<" + std::to_string(i) + ">(d, " +
             sums + "));");
  out.close();
  b.restore(before);
}

// Prints what follows for all slices from their sums, which lie in `totals`, and leaves it in `values`.
void print_all_results(const std::vector<kept>& values, const std::vector<std::string>& totals, const beforehand& known,
                       body& b) {
  const plan& p = b.p();
  writer& out = b.out();
  const pass& q = p.passes[first_sums(p)];
  const rescue& r = p.extremes;
  const body::state before = b.save();
  for (int l : kept_loops(p)) b.open_loop({.loops = {l}}, "");
  out.open("for (size_t first = 0; first < end - begin; first += hn::Lanes(d)) {");
  out.line("const size_t left = end - begin - first;");
  const auto load = [&](int node, const std::string& value) {
    const std::string name = b.fresh(b.wish(node));
    out.code("const V " + name + " = " + value + ";");
    b.name(node, name);
  };
  const auto of_slices = [](const std::string& name) { return array_of(name) + ".Load(d, first, left)"; };
  if (r.scale >= 0) load(r.scale, "nf::Number(d, 1)");
  for (std::size_t i = 0; i < q.nodes.size(); ++i) load(q.nodes[i], result_of(q, i, of_slices(totals[i]), b));
  std::vector<kept> results;
  std::vector<int> wanted = r.in_range;
  for (const kept& v : values) {
    if (std::find(known.pivots.begin(), known.pivots.end(), v.place(p)) != known.pivots.end()) continue;
    results.push_back(v);
    wanted.push_back(v.node);
  }
  std::string repeated;
  const auto repeat = [&](const std::string& lanes) {
    repeated = repeated.empty() ? lanes : "hn::Or(" + repeated + ", " + lanes + ")";
  };
  for (const repair& one : q.repairs) load(one.variance, b.expression(one.variance));
  const std::vector<int> needed = b.needed(wanted);
  for (std::size_t i = 0; i < known.pivots.size(); ++i) {
    const int n = p.passes[0].nodes[i];
    const auto moves =
        std::find_if(q.repairs.begin(), q.repairs.end(), [&](const repair& one) { return one.pivot == n; });
    if (moves == q.repairs.end() && std::find(needed.begin(), needed.end(), n) == needed.end()) continue;
    load(n, of_slices(known.pivots[i]));
    if (moves == q.repairs.end()) continue;
    const std::string far = b.fresh("far"), pivot = b.value(n), shift = b.value(moves->shift);
    out.line("const auto " + far + " = nf::AreFar(d, " + shift + ", " + b.value(moves->variance) + ");");
    out.code(array_of(known.pivots[i]) + ".Store(d, first, hn::IfThenElse(" + far + ", hn::Add(" + pivot + ", " +
             shift + "), " + pivot + "));");
    repeat(far);
  }
  b.print_ready(needed, wanted);
  for (int n : r.in_range) repeat("nf::AreOutOfRange(d, " + b.value(n) + ")");
  for (const kept& v : results) out.code(v.name + ".Store(d, first, " + b.value(v.node) + ");");
  if (!repeated.empty())
    out.code("nf::ForThose(d, " + repeated + ", first, left, [&](size_t i) HWY_ATTR { by_itself(begin + i); });");
  out.close();
  b.restore(before);
}

// The nodes that `targets` read where `values` are there.
std::vector<int> read_behind(const std::vector<int>& targets, const std::vector<kept>& values, const body& b) {
  std::vector<int> nodes, open = targets;
  while (!open.empty()) {
    const int n = open.back();
    open.pop_back();
    if (std::find(nodes.begin(), nodes.end(), n) != nodes.end()) continue;
    nodes.push_back(n);
    const bool is_there = std::any_of(values.begin(), values.end(), [n](const kept& v) { return v.node == n; });
    const std::vector<int>& args = b.p().at(n).args;
    if (!is_there && b.leaf(n) == nullptr) open.insert(open.end(), args.begin(), args.end());
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

// Prints what does not follow from the statistics of a slice alone, and stores what callers get.
void print_later(const kernel& k, const std::vector<kept>& values, const std::vector<kept>& later, body& b) {
  const std::vector<write> stored = writes_of(k, b.p().passes.back().nodes, true);
  if (later.empty() && stored.empty()) return;
  writer& out = b.out();
  const body::state before = b.save();
  std::vector<int> targets = nodes_of(stored);
  for (const kept& v : later) targets.push_back(v.node);
  const std::vector<int> nodes = read_behind(targets, values, b);
  ir::atom_set read = 0;
  for (const write& w : stored) read |= w.to.varies;
  for (ir::atom_set leaf : b.leaf_sets(nodes)) read |= leaf;
  out.open(open_slices(b.p()));
  declare_slice(b, "", read);
  for (int n : nodes) {
    const auto found = std::find_if(values.begin(), values.end(), [n](const kept& v) { return v.node == n; });
    if (found == values.end()) continue;
    const std::string name = b.fresh(b.wish(n));
    out.line("const V " + name + " = hn::Set(d, " + found->place(b.p()) + ");");
    b.name(n, name);
  }
  b.print_ready(b.needed(targets), targets);
  print_stored_statistics(k, b);
  print_kept(later, b);
  out.close();
  b.restore(before);
}

}  // namespace

bool goes_by_lanes(const plan& p) {
  return std::count_if(p.passes.begin(), p.passes.end(), [](const pass& q) { return q.reduces && !q.pivots; }) == 1;
}

void print_by_lanes(const kernel& k, const std::vector<kept>& values, const beforehand& known, body& b) {
  const plan& p = b.p();
  std::vector<kept> at_once, later;
  for (const kept& v : values) {
    const bool follows = b.leaf(v.node) == nullptr && kept_values({v.node}, false, b) == std::vector<int>{v.node};
    (follows ? at_once : later).push_back(v);
  }
  std::vector<int> behind = nodes_of(writes_of(k, p.passes.back().nodes, true));
  for (const kept& v : later) behind.push_back(v.node);
  std::string declared;
  const auto declare = [&](const std::string& wish) {
    const std::string name = b.fresh(wish);
    declared += (declared.empty() ? "nf::OfSlices<S> " : ", ") + name;
    return name;
  };
  for (int n : kept_values(behind, false, b)) {
    const auto is_there = [&](const kept& v) { return v.node == n; };
    if (b.leaf(n) != nullptr || std::any_of(at_once.begin(), at_once.end(), is_there)) continue;
    at_once.push_back({n, declare(b.wish(n) + "_of")});
  }
  std::vector<std::string> totals;
  const pass& q = p.passes[first_sums(p)];
  for (std::size_t i = 0; i < q.nodes.size(); ++i) totals.push_back(declare("s" + std::to_string(i) + "_of"));
  b.out().comment("what its sums come to, and what else follows from them");
  b.out().code(declared + ";");
  if (is_repaired(p)) print_by_itself(k, at_once, known, b);
  print_all_sums(k, totals, known, b);
  print_all_results(at_once, totals, known, b);
  print_later(k, at_once, later, b);
}

}  // namespace normfold::gen::highway
