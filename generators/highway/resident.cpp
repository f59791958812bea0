// Kernels that keep a slice in cache: fold after fold over it, then its outputs.
#include "resident.hpp"

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

void declare_slice(body& b, const std::string& flat, ir::atom_set read) {
  std::vector<group> slices;
  for (int l : kept_loops(b.p())) slices.push_back({.loops = {l}});
  b.declare_index(slices, flat.empty() ? slice_name(b.p()) : flat, read);
}

void print_statistics(const kernel& k, const std::vector<int>& targets, body& b, const std::function<void()>& outputs,
                      const beforehand& known) {
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
  const std::vector<write> stores = stored_next(k, p);
  for (std::size_t i = 0; i < p.passes.size() && p.passes[i].reduces; ++i) {
    const pass& q = p.passes[i];
    const bool last = i + 1 == p.passes.size() || !p.passes[i + 1].reduces;
    const std::vector<write> asked = last ? stores : std::vector<write>();
    const beforehand of_sweep = i <= first_sums(p) ? known : beforehand();
    if (!q.repairs.empty()) print_repaired_folds(q, b, asked, of_sweep);
    else print_row_folds(q, b, asked, of_sweep);
  }
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
    for (std::size_t i = 1; i < r.largest.nodes.size(); ++i)
      largest = "nf::Max(" + largest + ", " + b.value(r.largest.nodes[i]) + ")";
    out.line("scale = nf::PowerOfTwo(d, " + largest + ");");
    out.line("continue;");
    b.restore(before);
    out.close();
    b.print_ready(b.needed(targets), targets);
  }
  outputs();
  if (r.scale >= 0) {
    out.line("break;");
    out.close();
  }
}

std::vector<write> stored_next(const kernel& k, const plan& p) {
  return p.apart ? std::vector<write>() : writes_of(k, p.passes.back().nodes, false);
}

void print_stored_statistics(const kernel& k, body& b) {
  for (const write& w : writes_of(k, b.p().passes.back().nodes, true)) {
    b.out().comment(b.wish(w.node) + " = " + b.describe(w.node));
    b.out().code(b.store_one(w.to, w.node));
  }
}

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

namespace {

void print_slice(const kernel& k, const std::vector<write>& writes, int ahead, body& b) {
  print_statistics(k, b.p().passes.back().nodes, b, [&] {
    print_stored_statistics(k, b);
    const std::vector<int> stored = nodes_of(writes);
    const std::vector<int> nodes = b.needed(stored);
    const std::vector<group> groups = output_loops(writes, nodes, b);
    for (const write& w : writes) b.out().comment(b.wish(w.node) + " = " + b.describe(w.node));
    open_outer(groups, nodes, stored, b);
    print_each(writes, nodes, groups.back(), b.size(groups.back()), "stream", ahead, b);
    for (std::size_t g = 0; g + 1 < groups.size(); ++g) b.out().close();
  });
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
                 " * sizeof(nf::Memory<S>), stream, [=](size_t" + (keep.empty() ? "" : " " + slice_name(p)) +
                 (ahead < 0 ? ", " : ", size_t next, ") + "nf::Edges& edges) HWY_ATTR {");
    print_slice(k, writes, ahead, b);
    b.out().close("});");
  }
  b.restore(outside);
}

}  // namespace normfold::gen::highway
