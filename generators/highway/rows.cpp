// What both shapes of kernels print: folds over rows, elementwise loops that store, the choice of stores.
#include <algorithm>

#include "../ops.hpp"
#include "column.hpp"
#include "neighbours.hpp"

namespace normfold::gen::highway {

using ir::has;

namespace {

// How a sweep of rows sees its runs: as S, unless statistics are read beside them, element by element.
std::string stored_as(const std::vector<int>& nodes, const body& b) {
  bool full = false;
  for (int i : nodes) {
    const tensor* t = b.leaf(i);
    if (t == nullptr) continue;
    if (t->storage == 'A' && has(t->varies, static_cast<int>(b.p().loops.size()) - 1)) return "A";
    full = full || t->storage == 'S';
  }
  return full ? "S" : "A";
}

bool is_scale(const ir::node& n, const plan& p) {
  return n.op == "scale" || (n.op == "spread" && p.at(n.args[0]).op == "scale");
}

}  // namespace

std::vector<int> costly_scales(const std::vector<int>& nodes, const body& b) {
  const plan& p = b.p();
  const auto innermost = static_cast<int>(p.loops.size()) - 1;
  const auto is_absorbed = [&](int product) {
    return std::all_of(nodes.begin(), nodes.end(), [&](int u) {
      const ir::node& n = p.at(u);
      return std::find(n.args.begin(), n.args.end(), product) == n.args.end() || n.op == "add" || n.op == "sub";
    });
  };
  std::vector<int> found;
  for (int i : nodes) {
    const ir::node& n = p.at(i);
    if (n.op != "mul" || !is_scale(p.at(n.args[1]), p) || n.varies != p.all_loops() || b.is_scaled(i)) continue;
    const bool is_read = has(p.at(n.args[1]).varies, innermost);
    if ((is_read || (p.how == shape::resident && !is_absorbed(i))) &&
        std::find(found.begin(), found.end(), n.args[1]) == found.end())
      found.push_back(n.args[1]);
  }
  return found;
}

void open_scaled(const std::vector<int>& scales, body& b) {
  if (scales.empty()) return;
  const bool phased = b.p().how == shape::phased;
  b.out().open("nf::Scaled(" + (phased ? "scaled" : "d, " + b.value(scales[0])) + ", [&](auto by) HWY_ATTR {");
  b.multiply_by(scales, phased);
}

void close_scaled(const std::vector<int>& scales, const body::state& before, body& b) {
  if (scales.empty()) return;
  b.out().close("});");
  b.restore(before);
}

void open_outer(const std::vector<group>& groups, const std::vector<int>& nodes, const std::vector<int>& targets,
                body& b) {
  for (std::size_t g = 0; g + 1 < groups.size(); ++g) {
    std::string name;
    for (int l : groups[g].loops) name += b.p().loops[static_cast<std::size_t>(l)].name;
    const std::string i = "i_" + name;
    b.out().open("for (size_t " + i + " = 0; " + i + " < " + b.size(groups[g]) + "; ++" + i + ") {");
    b.open_loop(groups[g], i);
    b.print_ready(nodes, targets);
  }
}

ir::atom_set slice_of(const plan& p) {
  if (p.how == shape::phased) return p.all_loops() & ~p.slices.loops;
  ir::atom_set over = 0;
  for (const pass& q : p.passes) over |= q.over;
  return over;
}

std::string in_brackets(const std::string& product) {
  return product.find('*') == std::string::npos ? product : "(" + product + ")";
}

// Means of the first blocks of runs. Those of slices that are not scaled lie in `found`, if it is not empty.
void print_row_pivots(const pass& q, body& b, const std::vector<std::string>& found) {
  const plan& p = b.p();
  writer& out = b.out();
  for (std::size_t i = 0; i < q.nodes.size(); ++i) {
    const int n = q.nodes[i];
    const std::vector<int> operand = {p.at(n).args[0]}, nodes = b.needed(operand);
    b.print_ready(nodes, operand);
    const group run = merged(p, q.over, q.over, q.first, b.leaf_sets(nodes)).back();
    const std::string name = b.fresh(b.wish(n));
    out.comment(name + " = mean of the first block of " + b.describe(operand[0]));
    const std::string known = found.empty() ? "" : "hn::Set(d, " + found[i] + ")";
    if (!known.empty() && p.extremes.scale < 0) {
      out.line("V " + name + " = " + known + ";");
      b.name(n, name);
      continue;
    }
    const body::state before = b.save();
    b.open_vector(run);
    b.print_runs(nodes);
    out.open("V " + name + " = " + (known.empty() ? "" : "!last ? " + known + " : ") + "nf::MeanOfFirst(d, " +
             b.size(run) + ", [&](auto at) HWY_ATTR {");
    b.print_ready(nodes, operand);
    out.code("return " + b.value(operand[0]) + ";");
    out.close("});");
    b.leave(before);
    b.name(n, name);
  }
}

void print_steps(const pass& q, const std::vector<int>& nodes, body& b) {
  std::vector<int> operands;
  for (int n : q.nodes) operands.push_back(b.p().at(n).args[0]);
  b.print_ready(nodes, operands);
  for (std::size_t i = 0; i < q.nodes.size(); ++i) {
    const std::string s = "s" + std::to_string(i);
    b.out().code(s + " = " + b.fold(q.nodes[i], s) + ";");
  }
}

std::string print_sums(const pass& q, body& b, const std::vector<write>& stores, const beforehand& known) {
  const plan& p = b.p();
  writer& out = b.out();
  std::vector<int> operands;
  for (int n : q.nodes) operands.push_back(p.at(n).args[0]);
  const std::vector<int> nodes = b.needed(operands);
  b.print_ready(nodes, operands);
  const std::vector<group> groups = merged(p, q.over, q.over, q.first, b.leaf_sets(nodes));
  const std::string sums = b.fresh("sums");

  for (int n : q.nodes) out.comment(b.wish(n) + " = " + b.describe(n));
  const bool rarely = &q == &p.extremes.largest && p.how == shape::resident;  // then what it costs to compile counts
  out.line("auto " + sums + " = nf::Fold" + (rarely ? "Rarely<" : "<" + stored_as(nodes, b) + ", ") + fold_list(q, p) +
           ">(d);");
  if (!known.places.empty()) {
    const bool once = goes_by_lanes(p);  // neither about another pivot nor with another scale
    out.open("if (as_columns" + std::string(once || q.repairs.empty() ? "" : " && !again") +
             (once || p.extremes.scale < 0 ? "" : " && !last") + ") {");
    out.code(sums + ".Take(d, " + known.places + ", " + slice_name(p) + " - begin, " + b.size(groups.back()) + ");");
    out.turn("} else {");
  }
  // One loop from run to run, and one over slices.
  const bool steps = p.how == shape::resident && p.apart && p.together >= 0 && !rarely && groups.size() == 2 &&
                     kept_loops(p).size() == 1;
  const std::string next_runs = steps ? b.fresh("asked") : "";
  if (steps)
    out.code("nf::NextRuns " + next_runs + "((" + slice_name(p) + " - begin) * " + in_brackets(b.size(groups[0])) +
             ", end - begin);");
  const body::state before = b.save();
  open_outer(groups, nodes, operands, b);
  b.open_vector(groups.back());
  b.print_runs(nodes);
  const std::vector<std::string> asked =
      print_asked(nodes, stores, b.size(groups.back()), groups[0].loops.back(), next_runs, b);
  std::string accumulators;
  for (std::size_t i = 0; i < q.nodes.size(); ++i) accumulators += ", V& s" + std::to_string(i);
  const std::vector<int> scales = rarely ? std::vector<int>() : costly_scales(nodes, b);
  const body::state unscaled = b.save();
  open_scaled(scales, b);
  out.open(sums + ".Over(d, " + b.size(groups.back()) + ", [&](auto at" + accumulators + ") HWY_ATTR {");
  for (const std::string& ask : asked) out.line(ask);
  print_steps(q, nodes, b);
  out.close("});");
  close_scaled(scales, unscaled, b);
  if (steps) out.line(next_runs + ".Step();");
  for (std::size_t g = 0; g + 1 < groups.size(); ++g) out.close();
  if (groups.size() == 1) b.leave(before);  // what is declared stays in scope
  else b.restore(before);
  if (!known.places.empty()) out.close();
  return sums;
}

std::string result_of(const pass& q, std::size_t i, const std::string& total, const body& b) {
  const ir::node& n = b.p().at(q.nodes[i]);
  return n.op == "mean" ? "hn::Div(" + total + ", nf::Number(d, " + b.product(n.over, n.first) + "))" : total;
}

void print_row_folds(const pass& q, body& b, const std::vector<write>& stores, const beforehand& known) {
  if (q.pivots) return print_row_pivots(q, b, known.pivots);
  writer& out = b.out();
  const std::string sums = print_sums(q, b, stores, known);
  for (std::size_t i = 0; i < q.nodes.size(); ++i) {
    const std::string result = result_of(q, i, "nf::Total<" + std::to_string(i) + ">(d, " + sums + ")", b);
    const std::string declared = b.p().passes.empty() || q.repairs.empty() ? "" : b.value(q.nodes[i]);
    if (!declared.empty() && declared.find('(') == std::string::npos) {  // before the loop that repairs
      out.line(declared + " = " + result + ";");
      continue;
    }
    const std::string name = b.fresh(b.wish(q.nodes[i]));
    out.line("const V " + name + " = " + result + ";");
    b.name(q.nodes[i], name);
  }
}

void print_repaired_folds(const pass& q, body& b, const std::vector<write>& stores, const beforehand& known) {
  writer& out = b.out();
  std::string declared;
  for (int n : q.nodes) {
    const std::string name = b.fresh(b.wish(n));
    declared += (declared.empty() ? "V " : ", ") + name;
    b.name(n, name);
  }
  std::vector<std::string> variances;
  for (const repair& r : q.repairs) {
    variances.push_back(b.fresh(b.wish(r.variance)));
    declared += ", " + variances.back();
  }
  out.line(declared + ";");
  const body::state declared_only = b.save();
  out.open("for (bool again = false;; again = true) {");
  print_row_folds(q, b, stores, known);
  std::string far;
  for (std::size_t r = 0; r < q.repairs.size(); ++r) {
    const std::vector<int> nodes = b.needed({q.repairs[r].variance});
    out.line(variances[r] + " = " + b.expression(q.repairs[r].variance) + ";");
    far += (far.empty() ? "" : " || ") + std::string("nf::IsFar(d, ") + b.value(q.repairs[r].shift) + ", " +
           variances[r] + ")";
  }
  out.line("if (again || !" + (q.repairs.size() > 1 ? "(" + far + ")" : far) +
           ") break;  // else the pivot was far off: once more about the mean");
  for (std::size_t r = 0; r < q.repairs.size(); ++r) {
    const std::string pivot = b.value(q.repairs[r].pivot);
    out.line(pivot + " = hn::Add(" + pivot + ", " + b.value(q.repairs[r].shift) + ");");
  }
  out.close();
  b.restore(declared_only);
  for (std::size_t r = 0; r < q.repairs.size(); ++r) b.name(q.repairs[r].variance, variances[r]);
}

std::vector<std::string> print_out_runs(const std::vector<write>& writes, body& b) {
  std::vector<std::string> to;
  for (const write& w : writes) {
    to.push_back(b.fresh("p_" + w.to.id));
    const std::string run = b.out_run(w.to, w.node);
    b.out().line("const " + run.substr(0, run.find('{')) + " " + to.back() + run.substr(run.find('{')) + ";");
  }
  return to;
}

void print_each(const std::vector<write>& writes, const std::vector<int>& nodes, const group& vector,
                const std::string& length, const std::string& stream, int ahead, body& b, bool floats) {
  writer& out = b.out();
  std::vector<int> targets;
  for (const write& w : writes) targets.push_back(w.node);
  b.open_vector(vector);
  b.print_runs(nodes);
  const std::vector<std::string> to = print_out_runs(writes, b);
  if (ahead != in_cache && b.p().how == shape::phased) print_asked_pages(nodes, to, length, stream, b);
  const bool statistics = floats || stored_as(nodes, b) == "A";
  const std::vector<int> scales = costly_scales(nodes, b);
  const body::state unscaled = b.save();
  open_scaled(scales, b);
  const std::string past_cache = stream == "false" ? "" : stream + ", edges, ";
  out.open(std::string(statistics ? "nf::ForEachVector" : "nf::ForEach") + "(d, " + length + ", " + past_cache + to[0] +
           ", [&](auto at) HWY_ATTR {");
  const std::vector<int> inputs = full_tensors(nodes, b);
  if (ahead >= 0)
    for (int i : inputs)
      out.code("at.Prefetch(" + b.run_name(i) + " + nf::FurtherOn<S>(next, " + b.stride(*b.leaf(i), ahead) + "));");
  if (ahead >= 0 && b.p().apart)
    for (std::size_t i = 0; i < writes.size(); ++i)
      if (writes[i].to.storage == 'S')
        out.line("at.Prefetch(" + to[i] + " + next * " + in_brackets(b.stride(writes[i].to, ahead)) + ");");
  if (ahead == in_memory && !inputs.empty()) out.line(prefetch_ahead(inputs, b));
  b.print_ready(nodes, targets);
  std::vector<std::string> values;
  for (const write& w : writes) {
    values.push_back(b.value(w.node));
    // Every value before the first store: an output may be one of the operands.
    if (writes.size() > 1 && values.back().find('(') != std::string::npos) {
      const std::string name = b.fresh(b.wish(w.node));
      out.code("const V " + name + " = " + values.back() + ";");
      values.back() = name;
    }
  }
  for (std::size_t i = 0; i < writes.size(); ++i) out.code("at.Store(" + to[i] + ", " + values[i] + ");");
  out.close("});");
  close_scaled(scales, unscaled, b);
}

std::vector<write> writes_of(const kernel& k, const std::vector<int>& nodes, bool statistics) {
  std::vector<write> out;
  const signature& s = *k.first;
  for (std::size_t t = 0; t < k.tensors.size(); ++t) {
    const argument& a = s.arguments[static_cast<std::size_t>(k.argument[t])];
    if (a.output < 0 || (k.tensors[t].varies != s.sweeps.all_loops()) != statistics) continue;
    // Names keep their order from the direction's graph to the plan's.
    for (const ir::named_node& n : s.sweeps.g.names)
      if (n.name == a.name && n.what != ir::role::label && std::find(nodes.begin(), nodes.end(), n.node) != nodes.end())
        out.push_back({n.node, k.tensors[t]});
  }
  return out;
}

std::string output_bytes(const kernel& k, const body& b) {
  int outputs = 0;
  for (const tensor& t : k.tensors) outputs += !t.is_const && t.storage == 'S' ? 1 : 0;
  return (outputs > 1 ? std::to_string(outputs) + " * " : "") + b.product(k.first->sweeps.all_loops()) +
         " * sizeof(nf::Memory<S>)";
}

std::string streams_text(const kernel& k, const body& b, const std::string& runs) {
  const plan& p = b.p();
  if (p.how == shape::phased && !p.slices.across.nodes.empty()) {
    const tensor& out = *std::find_if(k.tensors.begin(), k.tensors.end(),
                                      [](const tensor& t) { return t.storage == 'S' && !t.is_const; });
    return "const bool stream = normfold::streams_columns(context, " + output_bytes(k, b) + ", " + out.id + ", " +
           b.stride(out, static_cast<int>(p.loops.size()) - 2) + " * sizeof(nf::Memory<S>));";
  }
  const ir::atom_set slice = slice_of(p);
  ir::atom_set run = 0;
  for (int l = static_cast<int>(p.loops.size()) - 1; l >= 0 && has(slice, l); --l) run |= ir::atom_set{1} << l;
  const std::string apart = run == slice ? "" : ", " + runs + b.product(run) + " * sizeof(nf::Memory<S>)";
  return "const bool stream = normfold::streams(context, " + output_bytes(k, b) + apart + ");";
}

}  // namespace normfold::gen::highway
