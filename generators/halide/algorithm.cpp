// Values and their text, and the order in which they are defined.
#include "algorithm.hpp"

#include <algorithm>
#include <cctype>

#include "../formula.hpp"
#include "../ops.hpp"
#include "column.hpp"
#include "folds.hpp"

namespace normfold::gen::halide {

using ir::has;

namespace {

// Names that a generator's class, its base and the prelude use.
constexpr std::string_view reserved =
    "Expr Func RDom Var Type Tuple Halide Input Output Buffer Generator target generate schedule configure real "
    "number storage parameter statistic statistics lane vector tasks blocks rest rows chunk chunks repaired totals "
    "ordinary all_ordinary plain rescued one wanted merged merged_to_8 loaded stored plus larger smaller sq rsqrt "
    "cast select abs exp log tanh erf sqrt round sigmoid in_range power_of_two infinity kLanes kRun kRows kChunk "
    "kBlock kStreams kVectors in_vectors in_streams group_of values set_extents outputs result name build_pipeline "
    "get_target get_pipeline auto_schedule machine_params rvars exponential tangent error_function choose is_less "
    "is_less_equal number_of clamp device fold_chunks min on_gpu width steps Steps RowFold ColumnFold beside together "
    "fold_rows fold_row part before_all tree fused stored_at_once chosen of_row extreme minimum ahead ask_ahead";

}  // namespace

algorithm::algorithm(const kernel& k) : k_(k), p_(k.first->sweeps) {
  names_.take(reserved);
  const auto size = p_.g.nodes.size();
  for (const tensor& t : k.tensors) {
    const argument& a = k.first->arguments[static_cast<std::size_t>(k.argument[inputs_.size()])];
    inputs_.push_back(t.is_const || a.kind == argument_kind::kept ? names_(t.id) : "");
  }
  for (const loop& l : p_.loops)
    loops_.push_back(names_(std::isdigit(static_cast<unsigned char>(l.name[0])) != 0 ? "g" + l.name : l.name));
  is_statistic_.assign(size, 0);
  used_beyond_.assign(size, 0);
  uses_.assign(size, 0);
  for (std::size_t i = 0; i < size; ++i) {
    const ir::node& n = p_.g.nodes[i];
    is_statistic_[i] = is_reduction(n.op) || n.op == "scale" || n.op == "unscale" ? 1 : 0;
    if (n.op == "scale") continue;
    for (int a : n.args) {
      is_statistic_[i] |= is_statistic_[static_cast<std::size_t>(a)];
      uses_[static_cast<std::size_t>(a)] += n.op == "sq" ? 2 : 1;
      if (p_.at(a).varies != n.varies || is_reduction(n.op)) used_beyond_[static_cast<std::size_t>(a)] = 1;
    }
    for (std::size_t t = 0; t < k.tensors.size(); ++t) {
      const argument& a = k.first->arguments[static_cast<std::size_t>(k.argument[t])];
      const bool read = n.op == "input" || n.op == "parameter" || n.op == "given";
      if (read && !inputs_[t].empty() &&
          (a.name == n.name || (a.kind == argument_kind::count && n.name == "average_rate"))) {
        leaves_[static_cast<int>(i)] = static_cast<int>(t);
        break;
      }
    }
  }
  for (int n : p_.extremes.in_range) ++uses_[static_cast<std::size_t>(n)];
  for (std::size_t t = 0; t < k.tensors.size(); ++t) {
    const argument& a = k.first->arguments[static_cast<std::size_t>(k.argument[t])];
    if (a.output < 0) continue;
    const auto named = std::find_if(p_.g.names.begin(), p_.g.names.end(), [&](const ir::named_node& n) {
      return n.name == a.name && n.what != ir::role::label;
    });
    ++uses_[static_cast<std::size_t>(named->node)];
    auto group = std::find_if(outputs_.begin(), outputs_.end(),
                              [&](const output_group& g) { return g.varies == k.tensors[t].varies; });
    if (group == outputs_.end()) group = outputs_.insert(group, {"", k.tensors[t].varies, {}, {}});
    group->tensors.push_back(static_cast<int>(t));
    group->nodes.push_back(named->node);
  }
  // Halide computes outputs one after the other: whole tensors come last, since they may lie where an operand is.
  std::stable_partition(outputs_.begin(), outputs_.end(),
                        [&](const output_group& g) { return g.varies != p_.all_loops(); });
  ir::atom_set over = 0;
  for (const pass& q : p_.passes) over |= q.over;
  const ir::atom_set kept = p_.all_loops() & ~over;
  inside_ = over;
  resident_ = p_.how == shape::resident && kept != 0 && !outputs_.empty() && outputs_.back().varies == p_.all_loops();
  for (const output_group& g : outputs_) resident_ = resident_ && (g.varies == p_.all_loops() || g.varies == kept);
  join();
  together_ = goes_together();
  for (output_group& g : outputs_) {
    const std::string& only = k.tensors[static_cast<std::size_t>(g.tensors[0])].id;
    g.id = names_(g.tensors.size() == 1 ? (names_.is_free(only) ? only : "new_" + only)
                  : g.varies == p_.all_loops()
                      ? "results"
                      : "of_" + (g.varies == 0 ? "all" : loops_[static_cast<std::size_t>(inner_first(g.varies)[0])]));
  }
  const std::vector<int> slices = inner_first(kept);
  slice_ = slices.size() == 1 ? loop_id(slices[0]) : "tasks";
}

std::string algorithm::arguments(ir::atom_set loops) const {
  std::string out;
  for (int l : inner_first(loops)) out += (out.empty() ? "" : ", ") + loop_id(l);
  return out;
}

std::string algorithm::extent(int loop, const std::optional<ir::leading>& first) const {
  if (loop == static_cast<int>(p_.loops.size())) return "n_" + loops_.back();
  return (first && first->atom == loop ? "lead_" : "n_") + p_.loops[static_cast<std::size_t>(loop)].name;
}

bool algorithm::is_read(int node) const { return leaves_.count(node) != 0; }

bool algorithm::is_worth_a_function(int node) const {
  const ir::node& n = p_.at(node);
  const auto i = static_cast<std::size_t>(node);
  if (n.op == "spread") return spreads_;
  // What varies inside of a slice that one task owns is computed where it is used: it has no place there.
  return is_statistic_[i] != 0 && !is_reduction(n.op) && n.op != "scale" && n.varies != p_.all_loops() &&
         !(resident_ && (n.varies & inside_) != 0) && (used_beyond_[i] != 0 || uses_[i] > 1);
}

// What `targets` are made of down to Funcs and tensors, in the graph's order.
std::vector<int> algorithm::needed(const std::vector<int>& targets) const {
  std::vector<char> seen(p_.g.nodes.size(), 0);
  const auto visit = [&](const auto& self, int i) -> void {
    if (seen[static_cast<std::size_t>(i)] != 0) return;
    seen[static_cast<std::size_t>(i)] = 1;
    if (is_function(i) || is_read(i) || p_.at(i).op == "scale") return;
    for (int a : p_.at(i).args) self(self, a);
  };
  for (int t : targets) visit(visit, t);
  std::vector<int> out;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i] != 0) out.push_back(static_cast<int>(i));
  return out;
}

std::string algorithm::fresh(std::string wish_text) {
  std::string name = wish_text;
  for (int n = 2; !names_.is_free(name); ++n) name = wish_text + std::to_string(n);
  return names_(name);
}

std::string algorithm::wish(int node) const {
  const ir::node& n = p_.at(node);
  if (n.op != "spread") return readable_name(p_, node);
  const auto of = functions_.find(n.args[0]);
  return "each_" + (of != functions_.end() ? of->second : readable_name(p_, n.args[0]));
}

std::string algorithm::count(const ir::node& n) const {
  std::string out;
  for (int l : inner_first(n.over)) out = extent(l, n.first) + (out.empty() ? "" : " * " + out);
  return out.find('*') == std::string::npos
             ? "real(" + out + ")"
             : "real(cast<int64_t>(" + out.substr(0, out.find(' ')) + ")" + out.substr(out.find(' ')) + ")";
}

std::string algorithm::expression(int node) const {
  const ir::node& n = p_.at(node);
  if (n.op == "constant") return "number(" + gen::number(n.value) + ")";
  if (n.op == "count") return count(n);
  if (n.op == "spread") return text(n.args[0]);
  if (n.op == "unscale") return "number(1) / " + text(n.args[0], 2, true);
  if (n.op == "leading") return "real(" + loop_id(n.first->atom) + " < " + extent(n.first->atom, n.first) + ")";
  std::string out(elementwise_text(n.op));
  const int own = precedence(n.op);
  for (std::size_t i = 0; i < n.args.size(); ++i)
    out = fill_slot(out, std::to_string(i), text(n.args[i], own == 3 ? 0 : own, i == 1 || n.op == "neg"));
  return out;
}

std::string algorithm::text(int node, int outer, bool right) const {
  if (const auto found = values_.find(node); found != values_.end()) return found->second;
  const ir::node& n = p_.at(node);
  if (const auto found = functions_.find(node); found != functions_.end())
    return found->second + "(" + arguments(n.varies) + ")";
  if (const auto found = leaves_.find(node); found != leaves_.end())
    return "real(" + input_id(found->second) + "(" +
           arguments(k_.tensors[static_cast<std::size_t>(found->second)].varies) + "))";
  const int own = n.op == "unscale" ? 2 : precedence(n.op);
  const std::string out = expression(node);
  return own < outer || (own == outer && right) ? "(" + out + ")" : out;
}

std::string algorithm::describe(int node) const {
  return formula(p_.g, node, [&](int i) -> std::string {
    if (i == node) return "";
    for (const ir::named_node& n : p_.g.names)
      if (n.node == i) return n.name;
    if (const auto found = functions_.find(i); found != functions_.end()) return found->second;
    return is_reduction(p_.at(i).op) ? wish(i) : "";
  });
}

// What is used several times in one formula gets a name.
void algorithm::print_locals(const std::vector<int>& targets) {
  const std::vector<int> nodes = needed(targets);
  std::map<int, int> uses;
  for (int i : nodes)
    if (!is_function(i) && !is_read(i) && p_.at(i).op != "scale")
      for (int a : p_.at(i).args) uses[a] += p_.at(i).op == "sq" ? 2 : 1;
  for (int t : targets) ++uses[t];
  for (int i : nodes) {
    const ir::node& n = p_.at(i);
    if (uses[i] < 2 || values_.count(i) != 0 || is_function(i) || n.op == "constant" || n.op == "count" ||
        n.op == "scale")
      continue;
    const std::string value = text(i);
    values_[i] = fresh(wish(i));
    out_->code("const Expr " + values_[i] + " = " + value + ";");
  }
}

void algorithm::print_functions(const std::vector<int>& targets) {
  for (int i : needed(targets)) {
    if (is_function(i) || !is_worth_a_function(i)) continue;
    print_function(i, wish(i));
  }
}

void algorithm::print_function(int node, const std::string& wish) {
  const std::string value = text(node);
  const std::string name = fresh(wish), at = arguments(p_.at(node).varies);
  out_->code("Func " + name + "(\"" + name + "\");");
  const bool of_row = is_row_value(node), bounded = of_row && together_, groups = reads_groups({node});
  if (groups || bounded) out_->open("{");
  if (groups) out_->line(group_of_column());
  if (bounded) out_->line("const Expr " + bounded_row() + ";");
  out_->code(name + "(" + (bounded ? "this->" : "") + at + ") = " + value + ";");
  if (groups || bounded) out_->close();
  functions_[node] = name;
  if (of_row) return out_->line("of_row.values.push_back(" + name + ");");
  out_->line(value_step(name));
  allocate(1, p_.at(node).varies);
}

// "t = min(this->t, n_t - 1)": a task of several rows has room for what belongs to each, also to those beyond the last.
std::string algorithm::bounded_row() const {
  const int row = inner_first(p_.all_loops()).back();
  return loop_id(row) + " = min(this->" + loop_id(row) + ", " + extent(row) + " - 1)";
}

// A reduction domain over some loops, each of which goes by its own name.
void algorithm::print_domain(const std::string& name, ir::atom_set loops) {
  static constexpr const char* axis[] = {"x", "y", "z", "w"};
  std::string domain, declared;
  const std::vector<int> all = inner_first(loops);
  for (std::size_t i = 0; i < all.size(); ++i) {
    domain += (i > 0 ? ", 0, " : "0, ") + extent(all[i]);
    declared += (i > 0 ? ", " : "const Expr ") + loop_id(all[i]) + " = " + name + "." + axis[i];
  }
  out_->line("const RDom " + name + "(" + domain + ");");
  out_->line(declared + ";");
  if (is_columns() && has(loops, static_cast<int>(p_.loops.size()) - 1) && (loops & joined_) != joined_)
    out_->line(column_of_group());
}

// Counts a Func that is computed at the root. The statistics of a rescue are taken twice.
void algorithm::allocate(std::size_t components, ir::atom_set loops, const std::string& more) {
  if (resident_) return;
  std::string elements = more;
  for (int l = 0; l < static_cast<int>(p_.loops.size()); ++l)
    if (has(loops, l)) elements += (elements.empty() ? "" : " * ") + extent(l);
  for (std::size_t i = 0; i < (wanted_ == "wanted" ? 2 : 1) * components; ++i)
    workspace_.push_back("need.Array(" + (elements.empty() ? "1" : elements) + " + 64);");
}

// Inside of the rescue values are details: only others of the slice are made of them.
std::string algorithm::value_step(const std::string& function) const {
  return std::string(wanted_ == "wanted" ? "steps.details" : "steps.values") + ".push_back(" + function + ");";
}

bool algorithm::has_steps() const {
  return std::any_of(p_.passes.begin(), p_.passes.end(), [](const pass& q) { return q.reduces; });
}

std::string algorithm::iteration_elements() const {
  if (!resident_) return "8 * " + extent(inner_first(p_.all_loops())[0]);  // kRows
  std::string out;
  for (int l : inner_first(inside_)) out = extent(l) + (out.empty() ? "" : " * " + out);
  return out;
}

void algorithm::print_fold(const pass& q) {
  std::vector<int> operands;
  for (int n : q.nodes) operands.push_back(p_.at(n).args[0]);
  print_functions(operands);
  fold_printer(*this, q).print();
}

void algorithm::print_folds() {
  for (std::size_t i = 0; i < p_.passes.size(); ++i) {
    if (p_.passes[i].reduces) print_fold(p_.passes[i]);
    if (!p_.slices.across.nodes.empty() && i + 1 == p_.slices.end) print_fold(p_.slices.across);
  }
}

}  // namespace normfold::gen::halide
