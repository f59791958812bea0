// Statistics that are taken once more where they have to be: where squares leave the range, or a pivot was far off.
#include <algorithm>

#include "../ops.hpp"
#include "algorithm.hpp"
#include "folds.hpp"

namespace normfold::gen::halide {

namespace {

bool holds(const std::vector<int>& nodes, int node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

// Pivots of first blocks serve where a repair follows the sums about them, slice by slice.
void algorithm::find_repairs() {
  const ir::atom_set slices = p_.at(p_.extremes.scale).varies;
  for (const pass& q : p_.passes)
    for (const repair& r : q.repairs)
      if ((p_.at(r.shift).varies & slices) == slices) repairs_.push_back(r);
}

bool algorithm::is_repaired(const pass& pivots) const {
  return wanted_ == "wanted" && std::all_of(pivots.nodes.begin(), pivots.nodes.end(), [&](int n) {
           return std::any_of(repairs_.begin(), repairs_.end(), [&](const repair& r) { return r.pivot == n; });
         });
}

// Func near: whether the sums of a slice stand, its pivots not far from the means.
void algorithm::print_near() {
  const ir::atom_set slices = p_.at(p_.extremes.scale).varies;
  std::string of_slice, of_column;
  ir::atom_set columns = 0;
  for (const repair& r : repairs_) {
    std::string& conditions = p_.at(r.shift).varies == slices ? of_slice : of_column;
    conditions += (conditions.empty() ? "" : " && ") + ("is_near(" + text(r.shift) + ", " + text(r.variance) + ")");
    columns |= p_.at(r.shift).varies & ~slices;
  }
  const std::string near = "near(" + arguments(slices) + ")";
  out_->line("Func near(\"near\");");
  if (of_column.empty()) {
    out_->code(near + " = " + of_slice + ";");
  } else {
    out_->open("{");
    print_domain("each", columns);
    out_->code(near + " = " + (of_slice.empty() ? "" : of_slice + " && ") + "minimum(each, cast<int>(" + of_column +
               ")) == 1;");
    out_->close();
  }
  out_->line(value_step("near"));
  allocate(1, slices);
}

// statistics(scale, wanted): for x itself about the pivots of first blocks, then where those do not stand of x times a
// power of two about the means.
void algorithm::print_statistics(const std::vector<int>& results) {
  writer& out = *out_;
  const rescue& r = p_.extremes;
  out.comment("Statistics of x * scale. Where a condition is given, they are taken where it holds" +
              std::string(repairs_.empty() ? "." : ", and about the mean of all instead of the first block's."));
  out.open("const auto statistics = [&](const Func& scale, const Func& wanted) -> Statistics {");
  const unique_names names = names_;
  functions_[r.scale] = "scale";
  wanted_ = "wanted";
  print_folds();
  for (std::size_t i = 0; i < p_.g.nodes.size(); ++i)
    if (p_.g.nodes[i].op == "spread") functions_.erase(static_cast<int>(i));
  spreads_ = false;  // of what is chosen
  std::vector<int> targets = r.in_range;
  targets.insert(targets.end(), results.begin(), results.end());
  print_functions(targets);
  for (int i : r.in_range)
    if (!is_function(i)) print_function(i, "under_root");
  if (!repairs_.empty()) print_near();
  std::vector<int> used = results;
  for (int i : needed(targets))
    if (!is_function(i)) used.insert(used.end(), p_.at(i).args.begin(), p_.at(i).args.end());
  crossing_ = r.in_range;
  for (int i : needed(targets))
    if (i != r.scale && is_function(i) && holds(used, i) && !holds(crossing_, i)) crossing_.push_back(i);
  read_later_ = needed(results);
  std::string list = repairs_.empty() ? "" : "{\"near\", near}";
  for (int i : crossing_) {
    crossing_names_.push_back(functions_[i]);
    list += (list.empty() ? "{\"" : ", {\"") + functions_[i] + "\", " + functions_[i] + "}";
  }
  out.code("return {" + list + "};");
  out.close("};");
  functions_.clear();
  spreads_ = true;
  names_ = names;
}

// "repaired(value, mended)" where slices are repaired all at once, else what is chosen slice by slice.
std::string algorithm::repaired(const std::string& value, const std::string& mended) const {
  return resident_ || p_.at(p_.extremes.scale).varies == 0 ? mended : "repaired(" + value + ", " + mended + ")";
}

void algorithm::print_rescued() {
  writer& out = *out_;
  const rescue& r = p_.extremes;
  const ir::atom_set slices = p_.at(r.scale).varies;
  const std::string at = "(" + arguments(slices) + ")";
  std::vector<int> results;
  for (const output_group& g : outputs_) results.insert(results.end(), g.nodes.begin(), g.nodes.end());
  find_repairs();
  print_statistics(results);

  out.line("Func one(\"one\"), ordinary(\"ordinary\");");
  out.line("one" + at + " = number(1);");
  out.line("Statistics plain = statistics(one, Func());");
  std::string stands = repairs_.empty() ? "" : "plain[\"near\"]" + at;
  for (std::size_t i = 0; i < r.in_range.size(); ++i)
    stands += (stands.empty() ? "" : " && ") + ("in_range(plain[\"" + crossing_names_[i] + "\"]" + at + ")");
  out.code("ordinary" + at + " = " + stands + ";");
  out.line(value_step("ordinary"));
  wanted_.clear();
  allocate(3, slices);  // ordinary, power and scale
  out.line();
  out.comment(std::string("Squares of a slice overflow or vanish") +
              (repairs_.empty() ? "" : ", or its first block is far from its mean") +
              ": its statistics once more, of x times a power of two.");
  std::string condition = "!ordinary" + at;
  if (!resident_ && slices != 0) {
    out.line("Func all_ordinary(\"all_ordinary\");");
    out.line("all_ordinary() = cast<bool>(true);");
    out.open("{");
    print_domain("each", slices);
    out.line("all_ordinary() = all_ordinary() && ordinary" + at + ";");
    out.close();
    out.line("all_ordinary.compute_root();");
    out.comment("Of all slices at once: so Halide leaves out the whole repair where none needs it.");
    out.open("const auto repaired = [&](const Expr& value, const Expr& mended) {");
    out.line("return on_gpu ? mended : select(all_ordinary(), value, mended);");
    out.close("};");
    condition = "on_gpu ? " + condition + " : !all_ordinary()";
  }
  wanted_ = "extreme";
  out.line("Func extreme(\"extreme\");");
  out.code("extreme" + at + " = " + condition + ";");
  if (!r.columns.nodes.empty()) fold_printer(*this, r.columns).print();
  fold_printer(*this, r.largest).print();
  std::string largest = text(r.largest.nodes[0]);
  for (std::size_t i = 1; i < r.largest.nodes.size(); ++i)
    largest = "larger(" + largest + ", " + text(r.largest.nodes[i]) + ")";
  out.line("Func power(\"power\"), scale(\"scale\");");
  out.code("power" + at + " = power_of_two(" + largest + ");");
  out.code("scale" + at + " = " + repaired("number(1)", "chosen(ordinary" + at + ", number(1), power" + at + ")") +
           ";");
  out.line(value_step("power"));
  out.line(value_step("scale"));
  functions_[r.scale] = "scale";
  out.line("Statistics rescued = statistics(scale, extreme);");
  wanted_.clear();
  out.line();
  print_chosen();
}

// What the outputs are made of: of each slice the one or the other.
void algorithm::print_chosen() {
  writer& out = *out_;
  const rescue& r = p_.extremes;
  const std::string at = "(" + arguments(p_.at(r.scale).varies) + ")";
  std::vector<std::size_t> chosen;
  std::vector<ir::atom_set> scopes;
  for (std::size_t i = 0; i < crossing_.size(); ++i) {
    if (i < r.in_range.size() && !holds(read_later_, crossing_[i])) continue;
    chosen.push_back(i);
    const ir::atom_set scope = p_.at(crossing_[i]).varies;
    if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) scopes.push_back(scope);
  }
  // Halide leaves out what an ordinary slice does not choose; of slices in two loops that are computed with others it
  // leaves out too much, and of columns it can leave out nothing but the whole repair: there both stand in a Tuple first.
  const bool both = !resident_ || (outputs_.size() > 1 && inner_first(p_.at(r.scale).varies).size() > 1);
  for (ir::atom_set scope : scopes) {
    std::vector<std::size_t> members;
    for (std::size_t i : chosen)
      if (p_.at(crossing_[i]).varies == scope) members.push_back(i);
    const std::string call = "(" + arguments(scope) + ")";
    const auto one_of = [&](const char* which, std::size_t i) {
      return which + ("[\"" + crossing_names_[i] + "\"]" + call);
    };
    const std::string candidates = both ? fresh("both") : "";
    if (both) {
      std::string pair;
      for (const char* which : {"plain", "rescued"})
        for (std::size_t i : members) pair += (pair.empty() ? "" : ", ") + one_of(which, i);
      out.line("Func " + candidates + "(\"" + candidates + "\");");
      out.code(candidates + call + " = {" + pair + "};");
      out.line(value_step(candidates));
      allocate(2 * members.size(), scope);
    }
    for (std::size_t c = 0; c < members.size(); ++c) {
      const std::string name = fresh(crossing_names_[members[c]]);
      functions_[crossing_[members[c]]] = name;
      const auto candidate = [&](std::size_t i) { return candidates + call + "[" + std::to_string(i) + "]"; };
      out.line("Func " + name + "(\"" + name + "\");");
      const bool of_groups = is_columns() && (scope & joined_) == joined_ && (p_.at(r.scale).varies & joined_) != 0;
      if (of_groups) {
        out.open("{");
        out.line(group_of_column());
      }
      const std::string plain = one_of("plain", members[c]);
      out.code(name + call + " = " +
               repaired(plain, "chosen(ordinary" + at + ", " + (both ? candidate(c) : plain) + ", " +
                                   (both ? candidate(c + members.size()) : one_of("rescued", members[c])) + ")") +
               ";");
      if (of_groups) out.close();
      out.line(value_step(name));
      allocate(1, scope);
    }
  }
}

}  // namespace normfold::gen::halide
