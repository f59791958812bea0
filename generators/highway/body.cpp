// Values, offsets and their text.
#include "body.hpp"

#include <algorithm>

#include "../formula.hpp"
#include "../nans.hpp"
#include "../ops.hpp"
#include "column.hpp"

namespace normfold::gen::highway {

using ir::has;

namespace {

constexpr std::size_t longest_inline = 64;

bool is_read(const ir::node& n) { return n.op == "input" || n.op == "parameter" || n.op == "given"; }

}  // namespace

body::body(const kernel& k, writer& out) : plan_(k.first->sweeps), out_(out), index_(k.first->sweeps.loops.size()) {
  for (const tensor& t : k.tensors) names_(t.id), tensors_.insert(t.id);
  for (std::size_t i = 0; i < plan_.g.nodes.size(); ++i) {
    const ir::node& n = plan_.g.nodes[i];
    if (!is_read(n)) continue;
    for (std::size_t t = 0; t < k.tensors.size(); ++t) {
      const argument& a = k.first->arguments[static_cast<std::size_t>(k.argument[t])];
      if (a.name == n.name || (a.kind == argument_kind::count && n.name == "average_rate")) {
        make_leaf(static_cast<int>(i), k.tensors[t]);
        break;
      }
    }
  }
}

ir::atom_set body::set_of(const group& g) {
  ir::atom_set set = 0;
  for (int l : g.loops) set |= ir::atom_set{1} << l;
  return set;
}

std::string body::product(ir::atom_set loops, const std::optional<ir::leading>& first) const {
  std::string out;
  for (std::size_t l = 0; l < plan_.loops.size(); ++l) {
    if (!has(loops, static_cast<int>(l))) continue;
    const bool part = first && first->atom == static_cast<int>(l);
    out += (out.empty() ? "" : " * ") + std::string(part ? "lead_" : "n_") + plan_.loops[l].name;
  }
  return out.empty() ? "1" : out;
}

std::string body::size(const group& g) const {
  if (g.leading) return "lead_" + plan_.loops[static_cast<std::size_t>(g.loops[0])].name;
  return product(set_of(g));
}

std::string body::stride(const tensor& t, int loop) const {
  if (t.strided && loop + 1 < static_cast<int>(plan_.loops.size()))
    return t.id + "_stride_" + plan_.loops[static_cast<std::size_t>(loop)].name;
  const ir::atom_set inner = t.varies & ~((ir::atom_set{2} << loop) - 1);
  return inner == 0 ? "" : product(inner);
}

std::string body::at(const tensor& t) const {
  std::string out = t.id;
  for (std::size_t l = 0; l < index_.size(); ++l) {
    if (index_[l].empty() || !has(t.varies, static_cast<int>(l))) continue;
    const std::string step = stride(t, static_cast<int>(l));
    out += " + " + index_[l] +
           (step.empty() ? "" : " * " + (step.find('*') == std::string::npos ? step : "(" + step + ")"));
  }
  return out;
}

void body::open_loop(const group& g, std::string index) {
  open_ |= set_of(g);
  index_[static_cast<std::size_t>(g.loops.back())] = std::move(index);
}

void body::declare_index(const std::vector<group>& groups, const std::string& flat, ir::atom_set read) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::string inner, name = "i_";
    for (std::size_t i = g + 1; i < groups.size(); ++i) inner += (inner.empty() ? "" : " * ") + size(groups[i]);
    for (int l : groups[g].loops) name += plan_.loops[static_cast<std::size_t>(l)].name;
    std::string text = flat;
    if (!inner.empty()) text += " / " + (inner.find('*') == std::string::npos ? inner : "(" + inner + ")");
    if (g > 0) {
      const std::string whole = size(groups[g]);
      text = (inner.empty() ? text : "(" + text + ")") + " % " +
             (whole.find('*') == std::string::npos ? whole : "(" + whole + ")");
    }
    if (text != name && (set_of(groups[g]) & read) != 0) out_.line("const size_t " + name + " = " + text + ";");
    open_loop(groups[g], name);
  }
}

void body::restore(state s) {
  values_ = std::move(s.values);
  names_ = std::move(s.names);
  known_runs_ = std::move(s.known_runs);
  by_ = std::move(s.by);
  runs_ = std::move(s.runs);
  index_ = std::move(s.index);
  open_ = s.open;
  vector_ = s.vector;
}

const tensor* body::leaf(int node) const {
  const auto found = leaves_.find(node);
  return found == leaves_.end() ? nullptr : &found->second;
}

std::vector<int> body::needed(const std::vector<int>& targets) const {
  std::vector<char> seen(plan_.g.nodes.size(), 0);
  const auto visit = [&](const auto& self, int i) -> void {
    if (seen[static_cast<std::size_t>(i)] != 0 || values_.count(i) != 0) return;
    seen[static_cast<std::size_t>(i)] = 1;
    if (leaf(i) == nullptr)
      for (int a : plan_.at(i).args) self(self, a);
  };
  for (int t : targets) visit(visit, t);
  std::vector<int> out;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i] != 0) out.push_back(static_cast<int>(i));
  return out;
}

std::vector<ir::atom_set> body::leaf_sets(const std::vector<int>& nodes) const {
  std::vector<ir::atom_set> sets;
  for (int i : nodes) {
    if (const tensor* t = leaf(i)) sets.push_back(t->varies);
    if (plan_.at(i).op == "leading") sets.push_back(plan_.at(i).varies);
  }
  return sets;
}

std::string body::run(const tensor& t) const {
  return std::string(!t.is_const        ? "nf::Out<"
                     : t.storage == 'S' ? "nf::In<"
                                        : "nf::Shared<") +
         t.storage + ">{" + at(t) + "}";
}

std::string body::out_run(const tensor& t, int node) const {
  const std::optional<nan_sources> sources = find_nan_sources(plan_, node);
  if (t.storage != 'S' || !sources) return run(t);
  const ir::atom_set along = vector_ | sources->along;  // loops along which elements are read, not broadcast
  std::string reads = "S";
  for (int i : sources->reads) {
    const tensor* read = leaf(i);
    if (read == nullptr || read->storage == 'S' || (read->varies & along) == 0) continue;
    if (read->storage == 'A') return run(t);
    reads = "S, P";
  }
  const std::string text = run(t);
  return "nf::OutOf<" + reads + ">" + text.substr(text.find('{'));
}

void body::print_runs(const std::vector<int>& nodes) {
  for (int i : nodes) {
    const tensor* t = leaf(i);
    if (t == nullptr || (t->varies & vector_) == 0) continue;
    tensor read = *t;
    read.is_const = true;
    const std::string text = run(read);
    std::string& name = known_runs_[text];
    if (name.empty()) {
      name = fresh("p_" + t->id);
      out_.line("const " + std::string(text).insert(text.find('{'), " " + name) + ";");
    }
    runs_[i] = name;
  }
}

std::string body::wish(int node) const { return readable_name(plan_, node); }

std::string body::fresh(std::string wish_text) {
  if (tensors_.count(wish_text) != 0) wish_text = "v_" + wish_text;
  std::string name = wish_text;
  for (int n = 2; !names_.is_free(name); ++n) name = wish_text + std::to_string(n);
  return names_(name);
}

std::string body::value(int node) const {
  if (const auto found = values_.find(node); found != values_.end()) return found->second;
  if (const auto found = runs_.find(node); found != runs_.end())
    return by_.count(node) != 0 ? "at(by(" + found->second + "))" : "at(" + found->second + ")";
  if (const tensor* t = leaf(node)) return std::string("nf::Broadcast<") + t->storage + ", S>(d, " + at(*t) + ")";
  return expression(node);
}

void body::multiply_by(const std::vector<int>& nodes, bool in_memory) {
  by_.insert(nodes.begin(), nodes.end());
  if (!in_memory)
    for (int n : nodes) name(n, "by");
}

bool body::is_scaled(int node) const {
  const ir::node& n = plan_.at(node);
  return n.op == "mul" && by_.count(n.args[1]) != 0;
}

bool body::is_fused(int node) const {
  const std::string& op = plan_.at(node).op;
  return !is_scaled(node) && (op == "mul" || op == "sq") && values_.count(node) == 0 && leaf(node) == nullptr;
}

std::string body::expression(int node) const {
  const ir::node& n = plan_.at(node);
  if (n.op == "constant") return "nf::Number(d, " + number(n.value) + ")";
  if (n.op == "unscale") return "hn::Div(nf::Number(d, 1), " + value(n.args[0]) + ")";
  if (n.op == "leading") {
    const auto loop = static_cast<std::size_t>(n.first->atom);
    const std::string& index = index_[loop];
    const std::string lead = "lead_" + plan_.loops[loop].name;
    if ((n.varies & vector_) == 0) return "nf::Number(d, " + index + " < " + lead + ")";
    return "nf::Leading(d, at, at.i" + (index.empty() ? "" : " + " + index) + ", " + lead + ")";
  }
  if (n.op == "count") return "nf::Number(d, " + product(n.over, n.first) + ")";
  const auto factor = [&](int m, std::size_t i) { return value(plan_.at(m).args[plan_.at(m).op == "sq" ? 0 : i]); };
  if (n.op == "add" || n.op == "sub") {
    for (std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      if (!is_fused(n.args[i])) continue;
      const std::string a = factor(n.args[i], 0);
      const std::string b = factor(n.args[i], 1);
      const std::string other = value(n.args[1 - i]);
      const char* call = n.op == "add" ? "hn::MulAdd(" : i == 0 ? "hn::MulSub(" : "hn::NegMulAdd(";
      return call + a + ", " + b + ", " + other + ")";
    }
  }
  if (is_scaled(node)) return "nf::Mul(" + value(n.args[0]) + ", " + value(n.args[1]) + ")";
  std::string text(elementwise_text(n.op));
  for (std::size_t i = 0; i < n.args.size(); ++i) text = fill_slot(text, std::to_string(i), value(n.args[i]));
  return text;
}

std::string body::store_one(const tensor& t, int node) const {
  if (t.storage == 'A') return "*(" + at(t) + ") = hn::GetLane(" + value(node) + ");";
  return std::string("nf::StoreOne(") + t.storage + "(), hn::GetLane(" + value(node) + "), " + at(t) + ");";
}

std::string body::fold(int node, const std::string& sum) const {
  const ir::node& n = plan_.at(node);
  const int arg = n.args[0];
  const fold_text* text = find_fold(n.op);
  if (text->name == "nf::Sum" && is_fused(arg)) {
    const ir::node& m = plan_.at(arg);
    return "hn::MulAdd(" + value(m.args[0]) + ", " + value(m.op == "sq" ? m.args[0] : m.args[1]) + ", " + sum + ")";
  }
  return fill_slot(fill_slot(std::string(text->step), "s", sum), "0", value(arg));
}

void body::print_ready(const std::vector<int>& nodes, const std::vector<int>& targets, const std::vector<int>& only) {
  std::map<int, int> uses;
  for (int i : nodes)
    if (leaf(i) == nullptr)
      for (int a : plan_.at(i).args) uses[a] += plan_.at(i).op == "sq" ? 2 : 1;
  for (int t : targets) uses[t] += is_reduction(plan_.at(t).op) ? 0 : 1;
  const auto open_at = [&](int i) { return (plan_.at(i).varies & ~open_) == 0; };
  std::map<int, bool> known;
  const auto ready = [&](const auto& self, int i) -> bool {
    if (values_.count(i) != 0 || runs_.count(i) != 0) return true;
    if (!open_at(i)) return false;
    if (leaf(i) != nullptr) return (leaf(i)->varies & vector_) == 0;
    if (is_reduction(plan_.at(i).op)) return false;
    return std::all_of(plan_.at(i).args.begin(), plan_.at(i).args.end(), [&](int a) { return self(self, a); });
  };
  const auto used_deeper = [&](int i) {
    return std::any_of(nodes.begin(), nodes.end(), [&](int u) {
      const ir::node& n = plan_.at(u);
      return leaf(u) == nullptr && std::find(n.args.begin(), n.args.end(), i) != n.args.end() && !open_at(u);
    });
  };
  // A product that is used once, by a sum of the same level, is part of a fused multiply-add, however long its text.
  const auto joins_a_sum = [&](int i) {
    if ((plan_.at(i).op != "mul" && plan_.at(i).op != "sq") || is_scaled(i)) return false;
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](int u) {
                         const ir::node& n = plan_.at(u);
                         return (n.op == "add" || n.op == "sub") &&
                                std::find(n.args.begin(), n.args.end(), i) != n.args.end();
                       }) ||
           std::find(targets.begin(), targets.end(), i) != targets.end();
  };
  for (int i : only) {
    const ir::node& n = plan_.at(i);
    if (values_.count(i) != 0 || n.op == "constant" || n.op == "count" || !ready(ready, i)) continue;
    if (is_reduction(n.op) && leaf(i) == nullptr) continue;
    const std::string text = value(i);
    const bool once = uses[i] <= 1 && !used_deeper(i);
    if (once && (text.size() <= longest_inline || joins_a_sum(i))) continue;
    const std::string variable = fresh(wish(i));
    out_.code((by_.count(i) != 0 ? "const auto " : "const V ") + variable + " = " + text + ";");
    values_[i] = variable;
  }
}

std::string body::describe(int node) const {
  const ir::graph& g = plan_.g;
  return formula(g, node, [&](int i) -> std::string {
    if (i == node) return "";
    for (const ir::named_node& n : g.names)
      if (n.node == i) return n.name;
    if (const auto found = values_.find(i); found != values_.end() && leaf(i) == nullptr && wish(i) != "t")
      return found->second;
    return is_reduction(g.nodes[static_cast<std::size_t>(i)].op) ? wish(i) : "";
  });
}

std::string fold_list(const pass& q, const plan& p) {
  std::string list;
  for (int n : q.nodes) list += (list.empty() ? "" : ", ") + std::string(find_fold(p.at(n).op)->name);
  return list;
}

}  // namespace normfold::gen::highway
