// What loops ask memory for before they come to it: the lines ahead of a sweep, those that it will store to, pages.
#include <algorithm>

#include "../ops.hpp"
#include "sweeps.hpp"

namespace normfold::gen::highway {
namespace {

// The run of `t` that a sweep over runs that lie apart asks for: as nf::NextRuns says, where one loop leads from run to run.
std::string next_run(const tensor& t, const std::string& run, int outer, const std::string& asked, body& b) {
  const plan& p = b.p();
  if (asked.empty()) return run + " + next * " + in_brackets(b.stride(t, p.together));
  const body::state before = b.save();
  b.open_loop({.loops = {outer}}, asked + ".Run()");
  b.open_loop({.loops = {p.together}}, "(begin + next + " + asked + ".Slice())");
  const std::string text = b.run(t);
  b.restore(before);
  return text;
}

// ", p_a, p_b": further arguments.
std::string listed(const std::vector<std::string>& runs) {
  std::string text;
  for (const std::string& run : runs) text += ", " + run;
  return text;
}

// The tensors that a loop reads which stores these.
std::vector<const tensor*> read_by(const std::vector<write>& writes, const body& b) {
  std::vector<const tensor*> read;
  std::vector<int> open;
  for (const write& w : writes) open.push_back(w.node);
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (const tensor* t = b.leaf(open[i])) {
      read.push_back(t);
    } else if (const ir::node& n = b.p().at(open[i]); !is_reduction(n.op)) {
      open.insert(open.end(), n.args.begin(), n.args.end());
    }
  }
  return read;
}

// Whether that loop reads a run beside the elements of the sums' run, as parameters are that rows share.
bool reads_beside(const std::vector<write>& writes, const body& b) {
  const std::vector<const tensor*> read = read_by(writes, b);
  return std::any_of(read.begin(), read.end(),
                     [&](const tensor* t) { return t->storage != 'S' && (t->varies & b.vector()) == b.vector(); });
}

}  // namespace

bool asks_ahead(const std::vector<write>& writes, const body& b) {
  const std::vector<const tensor*> read = read_by(writes, b);
  return std::any_of(read.begin(), read.end(), [](const tensor* t) { return t->storage == 'S'; });
}

std::vector<int> full_tensors(const std::vector<int>& nodes, const body& b) {
  std::vector<int> full;
  for (int i : nodes)
    if (const tensor* t = b.leaf(i); t != nullptr && t->storage == 'S') full.push_back(i);
  return full;
}

std::string prefetch_ahead(const std::vector<int>& tensors, const body& b) {
  const bool sums = std::any_of(b.p().passes.begin(), b.p().passes.end(), [](const pass& q) { return q.reduces; });
  const std::string near = " + nf::kElementsAhead<S, " + std::to_string(tensors.size()) + ", nf::kNear>);";
  std::string runs, asked;
  for (int i : tensors) {
    runs += (runs.empty() ? "" : ", ") + b.run_name(i);
    asked += (asked.empty() ? "at.Prefetch(" : " at.Prefetch(") + b.run_name(i) + near;
  }
  return sums ? "at.PrefetchAhead(" + runs + ");" : asked;
}

// Of several inputs none: they are asked for twice already, and a third time costs more than it saves.
void print_asked_pages(const std::vector<int>& nodes, std::vector<std::string> runs, const std::string& length,
                       const std::string& stream, body& b) {
  const std::vector<int> inputs = full_tensors(nodes, b);
  if (inputs.size() == 1) runs.push_back(b.run_name(inputs[0]));
  if (!runs.empty()) b.out().code("nf::AskForPages(" + stream + ", " + length + listed(runs) + ");");
}

std::vector<std::string> print_asked(const std::vector<int>& nodes, const std::vector<write>& stores,
                                     const std::string& size, int outer, const std::string& next_runs, body& b) {
  const plan& p = b.p();
  std::vector<std::string> outputs;
  for (const write& w : stores)
    if (w.to.storage == 'S') outputs.push_back(b.run(w.to));
  if (!outputs.empty()) print_asked_pages(nodes, outputs, size, "stream", b);
  const bool beside = !outputs.empty() && reads_beside(stores, b);
  if (beside) b.out().code("nf::AskForShort(d, stream, " + size + listed(outputs) + ");");
  std::vector<std::string> asked;
  std::vector<int> own;
  std::size_t next = 0;
  const std::vector<int> tensors = full_tensors(nodes, b);
  for (int i : tensors) {
    const tensor* t = b.leaf(i);
    while (next < stores.size() && stores[next].to.storage != 'S') ++next;
    const std::string run = b.run_name(i);
    const auto place = [&](const std::string& id, const std::string& value) {
      const std::string name = b.fresh("ask_" + id);
      b.out().code("const nf::In<S> " + name + " = " + value + ";");
      return name;
    };
    if (p.apart && p.together >= 0) {
      asked.push_back(
          "at.Prefetch(" +
          place(t->id, "nf::AskApart(" + run + ", " + size + ", " + next_run(*t, run, outer, next_runs, b) + ")") +
          ");");
    } else if (next < stores.size()) {
      const tensor& to = stores[next++].to;
      asked.push_back((beside ? "at.PrefetchOnce(" : "at.Prefetch(") +
                      place(to.id, "nf::ToAskFor<" + std::to_string(tensors.size()) + ">(stream, " + size + ", " + run +
                                       ", " + b.run(to) + ")") +
                      ");");
    } else if (!p.slices.across.nodes.empty()) {  // slices are rows
      asked.push_back("at.Prefetch(" + place(t->id, "nf::AskAhead(" + run + ", " + size + ")") + ");");
    } else {
      own.push_back(i);
    }
  }
  if (!own.empty()) asked.push_back(prefetch_ahead(own, b));
  return asked;
}

}  // namespace normfold::gen::highway
