// What callers get, and its schedule.
#include <algorithm>

#include "../nans.hpp"
#include "algorithm.hpp"
#include "folds.hpp"

namespace normfold::gen::halide {

namespace {

// When NaN are short, in the generator's words.
std::string condition(nans found) {
  return found == nans::always_short ? "!on_gpu" : "!on_gpu && parameter == storage";
}

}  // namespace

void algorithm::print(writer& out) {
  out_ = &out;
  if (has_steps()) out.line(has_rows() || together_ ? "Steps steps, of_row;\n" : "Steps steps;\n");
  if (is_columns()) print_group_of();
  if (p_.extremes.scale >= 0) print_rescued();
  else print_folds();
  print_outputs();
  out.line();
  print_outputs_schedule();
  out_ = nullptr;
}

nans algorithm::nans_of(const tensor& t, int node) const {
  const std::optional<nan_sources> sources = find_nan_sources(p_, node);
  if (t.storage != 'S' || !sources) return nans::any;
  nans found = nans::always_short;
  for (int i : sources->reads) {
    const auto leaf = leaves_.find(i);
    if (leaf == leaves_.end()) continue;
    const char read = k_.tensors[static_cast<std::size_t>(leaf->second)].storage;
    if (read != 'S') found = std::min(found, read == 'P' ? nans::short_with_parameters : nans::any);
  }
  return found;
}

std::string algorithm::stored(const tensor& t, int node) const {
  if (t.storage == 'A') return text(node);
  const nans found = nans_of(t, node);
  return std::string(t.storage == 'P' ? "stored(parameter, " : "stored(storage, ") + text(node) +
         (found == nans::any ? "" : ", " + condition(found)) + ")";
}

std::string algorithm::at_once(const output_group& g) const {
  nans found = nans::always_short;
  for (std::size_t i = 0; i < g.nodes.size(); ++i)
    found = std::min(found, nans_of(k_.tensors[static_cast<std::size_t>(g.tensors[i])], g.nodes[i]));
  return found == nans::any ? "vector" : "stored_at_once(storage, " + condition(found) + ", vector)";
}

void algorithm::print_outputs() {
  writer& out = *out_;
  std::vector<int> all;
  for (const output_group& g : outputs_) all.insert(all.end(), g.nodes.begin(), g.nodes.end());
  out.line();
  print_functions(all);
  for (const output_group& g : outputs_) {
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
      const tensor& t = k_.tensors[static_cast<std::size_t>(g.tensors[i])];
      out.comment(t.id + " = " + describe(g.nodes[i]));
    }
    const auto values = values_;
    const unique_names names = names_;
    print_locals(g.nodes);
    std::string list;
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
      list += (i > 0 ? ", " : "") + stored(k_.tensors[static_cast<std::size_t>(g.tensors[i])], g.nodes[i]);
    }
    out.code(g.id + "(" + arguments(g.varies) + ") = " + (g.nodes.size() > 1 ? "{" + list + "}" : list) + ";");
    values_ = values;
    names_ = names;
  }
}

// Whether slices are rows: one loop goes over each, and one from row to row.
bool algorithm::asks_ahead() const {
  return resident_ && inner_first(inside_).size() == 1 && inner_first(p_.all_loops() & ~inside_).size() == 1;
}

void algorithm::print_outputs_schedule() {
  writer& out = *out_;
  out.comment(resident_ ? "Schedule: a task takes one slice at a time, its statistics beside it."
                        : "Schedule of what callers get.");
  for (const output_group& g : outputs_) {
    std::string extents;
    for (int l : inner_first(g.varies)) extents += (extents.empty() ? "" : ", ") + extent(l);
    if (!extents.empty()) out.line("set_extents(" + g.id + ", {" + extents + "});");
  }
  print_gpu_schedule();
  // Func(y).fuse(tasks, n, tasks).parallel(tasks): the first loop is called `into` where others join it.
  const auto fused = [&](const std::string& f, const std::string& into, const std::vector<int>& loops) {
    std::string text;
    std::string inner = into;
    for (std::size_t i = 1; i < loops.size(); ++i) {
      text += ".fuse(" + inner + ", " + loop_id(loops[i]) + ", tasks)";
      inner = "tasks";
    }
    return "Func(" + f + ")" + text + ".parallel(" + inner + ")";
  };
  if (resident_) {
    const std::vector<int> kept = inner_first(p_.all_loops() & ~inside_);
    const output_group& all = outputs_.back();
    const std::string inner = loop_id(static_cast<int>(p_.loops.size()) - 1);
    const std::string swept = arguments(inside_), slices = arguments(p_.all_loops() & ~inside_);
    const std::vector<int> rows = inner_first(inside_);
    const bool streams = rows.size() > 1;
    out.line("Func(" + all.id + ").reorder(" + swept + ", " + slices + ");");
    if (!streams) out.line("in_vectors(" + all.id + ", " + inner + ", vector, " + at_once(all) + ");");
    const bool together = outputs_.size() > 1;  // Halide does not fuse the loops of what is computed together
    const std::string slice = together ? loop_id(kept[0]) : slice_;
    if (!together) out.line(fused(all.id, loop_id(kept[0]), kept) + ";");
    for (std::size_t g = 0; together && g < outputs_.size(); ++g) {
      out.line("Func(" + outputs_[g].id + ").parallel(" + loop_id(kept.back()) + ");");
      if (g + 1 < outputs_.size())
        out.line("Func(" + outputs_[g].id + ").compute_with(Func(" + all.id + "), " + slice + ");");
    }
    if (streams)
      out.line("in_streams(" + all.id + ", {" + swept + "}, " + extent(rows[0]) + " >= kChunk && " +
               extent(rows.back()) + " >= kStreams, " + at_once(all) + ");");
    out.line("beside(steps, " + all.id + ", " + slice + ", {" + slices + "}, lane, vector);");
    if (asks_ahead()) {
      std::string read;
      for (std::size_t t = 0; t < inputs_.size(); ++t)
        if (k_.tensors[t].varies == p_.all_loops() && !inputs_[t].empty())
          read += (read.empty() ? "\"" : ", \"") + inputs_[t] + "\"";
      out.code("ahead = ask_ahead(steps, " + all.id + ", " + inner + ", " + extent(rows[0]) + ", kVectors * vector, {" +
               read + "});");
    }
    return;
  }
  if (has_steps()) out.line("before_all(steps, lane, chunk, vector);");
  for (const output_group& g : outputs_) {
    std::vector<int> loops = inner_first(g.varies);
    if (loops.empty()) continue;
    const std::string inner = loop_id(loops[0]);
    loops.erase(loops.begin());
    if (loops.empty()) {
      out.line("Func(" + g.id + ").split(" + inner + ", tasks, " + inner +
               ", kChunk, TailStrategy::GuardWithIf).parallel(tasks).vectorize(" + inner +
               ", vector, TailStrategy::GuardWithIf);");
      continue;
    }
    const bool is_whole = g.varies == p_.all_loops();
    if (is_whole && !together_) out.line("in_vectors(" + g.id + ", " + inner + ", vector, " + at_once(g) + ");");
    else out.line("Func(" + g.id + ").vectorize(" + inner + ", vector, TailStrategy::GuardWithIf);");
    const std::string row = loop_id(loops[0]);
    if (is_whole && together_) {
      out.line("together(of_row, " + g.id + ", " + row + ", chunk, lane, vector);");
      continue;
    }
    out.line("Func(" + g.id + ").split(" + row + ", tasks, " + row + ", kRows, TailStrategy::GuardWithIf);");
    out.line(fused(g.id, "tasks", loops) + ";");
    if (is_whole && has_rows()) out.line("beside(of_row, " + g.id + ", " + row + ", {" + row + "}, lane, vector);");
  }
}

}  // namespace normfold::gen::halide
