// The rescue of slices whose squares leave the range, what callers get, and the schedule of both.
#include <algorithm>

#include "../ops.hpp"
#include "algorithm.hpp"
#include "folds.hpp"

namespace normfold::gen::halide {

void algorithm::print(writer& out) {
  out_ = &out;
  if (has_steps()) out.line("Steps steps;\n");
  if (p_.extremes.scale >= 0)
    print_rescued();
  else
    print_folds();
  print_outputs();
  out.line();
  print_outputs_schedule();
  out_ = nullptr;
}

// statistics(scale, wanted) for x itself, and where squares left the range for x times a power of two.
void algorithm::print_rescued() {
  writer& out = *out_;
  const rescue& r = p_.extremes;
  const std::string at = "(" + arguments(p_.at(r.scale).varies) + ")";
  const unique_names names = names_;
  out.comment("Statistics of x * scale. Where a condition is given, they are taken where it holds.");
  out.open("const auto statistics = [&](const Func& scale, Expr wanted) -> std::vector<Func> {");
  functions_[r.scale] = "scale";
  wanted_ = "wanted";
  print_folds();
  std::vector<int> targets = r.in_range;
  for (const output_group& g : outputs_) targets.insert(targets.end(), g.nodes.begin(), g.nodes.end());
  print_functions(targets);
  for (int i : r.in_range)
    if (!is_function(i)) {
      const std::string value = text(i);
      functions_[i] = fresh("under_root");
      out.line("Func " + functions_[i] + "(\"" + functions_[i] + "\");");
      out.code(functions_[i] + at + " = " + value + ";");
      out.line(value_step(functions_[i]));
      allocate(1, p_.at(r.scale).varies);
    }
  std::vector<int> crossing = r.in_range;
  for (int i : needed(targets))
    if (i != r.scale && is_function(i) && std::find(crossing.begin(), crossing.end(), i) == crossing.end()) {
      const bool is_target = std::any_of(outputs_.begin(), outputs_.end(), [&](const output_group& g) {
        return std::find(g.nodes.begin(), g.nodes.end(), i) != g.nodes.end();
      });
      bool is_used = is_target;
      for (int t : needed(targets))
        if (!is_function(t) && std::find(p_.at(t).args.begin(), p_.at(t).args.end(), i) != p_.at(t).args.end())
          is_used = true;
      if (is_used) crossing.push_back(i);
    }
  std::vector<char> is_read_later(crossing.size(), 0);
  std::vector<int> results;
  for (const output_group& g : outputs_) results.insert(results.end(), g.nodes.begin(), g.nodes.end());
  for (int i : needed(results))
    for (std::size_t c = 0; c < crossing.size(); ++c)
      if (crossing[c] == i) is_read_later[c] = 1;
  std::string list;
  std::vector<std::string> wishes;
  for (int i : crossing) list += (list.empty() ? "" : ", ") + functions_[i], wishes.push_back(functions_[i]);
  out.line("return {" + list + "};");
  out.close("};");
  functions_.clear();
  names_ = names;

  out.line("Func one(\"one\"), ordinary(\"ordinary\");");
  out.line("one" + at + " = number(1);");
  out.line("const std::vector<Func> plain = statistics(one, Expr());");
  std::string in_range;
  for (std::size_t i = 0; i < r.in_range.size(); ++i)
    in_range += (i > 0 ? " && " : "") + ("in_range(plain[" + std::to_string(i) + "]" + at + ")");
  out.code("ordinary" + at + " = " + in_range + ";");
  out.line(value_step("ordinary"));
  wanted_.clear();
  allocate(2, p_.at(r.scale).varies);  // ordinary and scale
  out.line();
  out.comment("Squares of a slice overflow or vanish: its statistics once more, of x times a power of two.");
  std::string condition = "!ordinary" + at;
  if (!resident_ && p_.at(r.scale).varies != 0) {
    std::string domain, index;
    static constexpr const char* axis[] = {"x", "y", "z", "w"};
    for (std::size_t i = 0; i < inner_first(p_.at(r.scale).varies).size(); ++i) {
      domain += (i > 0 ? ", 0, " : "0, ") + extent(inner_first(p_.at(r.scale).varies)[i]);
      index += (i > 0 ? ", slices." : "slices.") + std::string(axis[i]);
    }
    out.line("Func all_ordinary(\"all_ordinary\");");
    out.line("RDom slices(" + domain + ");");
    out.line("all_ordinary() = cast<bool>(true);");
    out.line("all_ordinary() = all_ordinary() && ordinary(" + index + ");");
    out.line("all_ordinary.compute_root();");
    condition = "on_gpu ? " + condition + " : !all_ordinary()";
  }
  wanted_ = "extreme";
  out.line("const Expr extreme = " + condition + ";");
  if (!r.columns.nodes.empty()) fold_printer(*this, r.columns).print();
  if (!r.columns.nodes.empty()) fold_printer(*this, r.columns).print();
  fold_printer(*this, r.largest).print();
  std::string largest = text(r.largest.nodes[0]);
  for (std::size_t i = 1; i < r.largest.nodes.size(); ++i)
    largest = "larger(" + largest + ", " + text(r.largest.nodes[i]) + ")";
  out.line("Func scale(\"scale\");");
  out.code("scale" + at + " = chosen(ordinary" + at + ", number(1), power_of_two(" + largest + "));");
  out.line(value_step("scale"));
  functions_[r.scale] = "scale";
  out.line("const std::vector<Func> rescued = statistics(scale, extreme);");
  wanted_.clear();
  out.line();
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < crossing.size(); ++i)
    if (i >= r.in_range.size() || is_read_later[i]) chosen.push_back(i);
  // Halide leaves out what an ordinary slice does not choose; of slices in two loops that are computed with others it
  // leaves out too much, and of columns it can leave out nothing: there both stand in a Tuple first.
  const bool both = !resident_ || (outputs_.size() > 1 && inner_first(p_.at(r.scale).varies).size() > 1);
  std::vector<ir::atom_set> scopes;
  for (std::size_t i : chosen)
    if (std::find(scopes.begin(), scopes.end(), p_.at(crossing[i]).varies) == scopes.end())
      scopes.push_back(p_.at(crossing[i]).varies);
  for (ir::atom_set scope : scopes) {
    std::vector<std::size_t> members;
    for (std::size_t i : chosen)
      if (p_.at(crossing[i]).varies == scope) members.push_back(i);
    const std::string call = "(" + arguments(scope) + ")";
    const std::string candidates = both ? fresh("both") : "";
    std::string pair;
    for (const char* which : {"plain[", "rescued["})
      for (std::size_t i : members)
        pair += (pair.empty() ? "" : ", ") + std::string(which) + std::to_string(i) + "]" + call;
    if (both) {
      out.line("Func " + candidates + "(\"" + candidates + "\");");
      out.code(candidates + call + " = {" + pair + "};");
      out.line(value_step(candidates));
      allocate(2 * members.size(), scope);
    }
    for (std::size_t c = 0; c < members.size(); ++c) {
      const std::string name = fresh(wishes[members[c]]);
      functions_[crossing[members[c]]] = name;
      out.line("Func " + name + "(\"" + name + "\");");
      const std::string number = "[" + std::to_string(members[c]) + "]" + call;
      const std::string plain = both ? candidates + call + "[" + std::to_string(c) + "]" : "plain" + number;
      const std::string rescued =
          both ? candidates + call + "[" + std::to_string(c + members.size()) + "]" : "rescued" + number;
      out.code(name + call + " = chosen(ordinary" + at + ", " + plain + ", " + rescued + ");");
      out.line(value_step(name));
      allocate(1, scope);
    }
  }
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
      const char storage = k_.tensors[static_cast<std::size_t>(g.tensors[i])].storage;
      const std::string value = text(g.nodes[i]);
      list +=
          (i > 0 ? ", " : "") +
          (storage == 'A' ? value : std::string(storage == 'P' ? "stored(parameter, " : "stored(storage, ") + value + ")");
    }
    out.code(g.id + "(" + arguments(g.varies) + ") = " + (g.nodes.size() > 1 ? "{" + list + "}" : list) + ";");
    values_ = values;
    names_ = names;
  }
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
  const auto fused = [&](const std::string& f, const std::vector<int>& loops, const std::string& into) {
    std::string text;
    std::string inner = loops.empty() ? "" : loop_id(loops[0]);
    for (std::size_t i = 1; i < loops.size(); ++i) {
      text += ".fuse(" + inner + ", " + loop_id(loops[i]) + ", " + into + ")";
      inner = into;
    }
    return "Func(" + f + ")" + text + (loops.empty() ? "" : ".parallel(" + inner + ")");
  };
  if (resident_) {
    ir::atom_set over = 0;
    for (const pass& q : p_.passes) over |= q.over;
    const std::vector<int> kept = inner_first(p_.all_loops() & ~over);
    const output_group& all = outputs_.back();
    const std::string inner = loop_id(static_cast<int>(p_.loops.size()) - 1);
    std::string order = arguments(over) + ", " + arguments(p_.all_loops() & ~over);
    out.line("Func(" + all.id + ").reorder(" + order + ").vectorize(" + inner +
             ", vector, TailStrategy::GuardWithIf);");
    const bool together = outputs_.size() > 1;  // Halide does not fuse the loops of what is computed together
    const std::string slice = together ? loop_id(kept[0]) : slice_;
    if (!together) out.line(fused(all.id, kept, "slice") + ";");
    for (std::size_t g = 0; together && g < outputs_.size(); ++g) {
      out.line("Func(" + outputs_[g].id + ").parallel(" + loop_id(kept.back()) + ");");
      if (g + 1 < outputs_.size()) out.line("Func(" + outputs_[g].id + ").compute_with(Func(" + all.id + "), " + slice + ");");
    }
    out.line("beside(steps, " + all.id + ", " + slice + ", {" + arguments(p_.all_loops() & ~over) + "}, lane);");
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
    out.line("Func(" + g.id + ").vectorize(" + inner + ", vector, TailStrategy::GuardWithIf);");
    out.line(fused(g.id, loops, "tasks") + ";");
  }
}

}  // namespace normfold::gen::halide
