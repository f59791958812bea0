// Loops that one variable goes along: the slices of resident kernels, the columns of groups. All others print loops by their
// numbers; a joined one has the number after the last.
#include <algorithm>

#include "../ops.hpp"
#include "algorithm.hpp"

namespace normfold::gen::halide {

using ir::has;

namespace {

bool contains(const std::vector<int>& nodes, int node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

// Slices in neighbouring loops are one loop: Halide can compute what is written once a slice with the slice only there. So
// are the columns of groups: a group has few, and rows of memory many.
void algorithm::join() {
  const int inner = static_cast<int>(p_.loops.size()) - 1;
  if (std::any_of(p_.g.nodes.begin(), p_.g.nodes.end(), [](const ir::node& n) { return n.op == "spread"; })) {
    joined_ = ir::atom_set{3} << (inner - 1);
    const std::string& member = p_.loops[static_cast<std::size_t>(inner)].name;  // "c_g"
    loops_.push_back(names_(member.substr(0, member.find('_'))));
  } else if (resident_ && !p_.strided) {
    ir::atom_set kept = p_.all_loops();
    for (const pass& q : p_.passes) kept &= ~q.over;
    const ir::atom_set lowest = kept & ~(kept - 1);
    if ((kept & (kept - 1)) == 0 || ((kept + lowest) & kept) != 0) return;  // one loop, or some that are apart
    joined_ = kept;
    std::string name;
    for (std::size_t l = 0; l < p_.loops.size(); ++l)
      if (has(kept, static_cast<int>(l))) name += p_.loops[l].name;
    loops_.push_back(names_(name));
  }
}

std::vector<std::string> algorithm::scalars() const {
  std::vector<std::string> out;
  for (const ir::node& n : p_.g.nodes)
    if (n.first && out.empty()) out.push_back(extent(n.first->atom, n.first));
  const ir::atom_set outermost = joined_ & ~(joined_ - 1);
  for (int l = 0; l < static_cast<int>(p_.loops.size()); ++l)
    if (has(joined_ & ~outermost, l)) out.push_back(extent(l));
  return out;
}

void algorithm::print_extents(const std::string& full, writer& out) const {
  const std::vector<int> dimensions = inner_first(p_.all_loops());
  std::string extents;
  for (std::size_t i = 0; i < dimensions.size(); ++i)
    extents += (i > 0 ? ", " : "const Expr ") + extent(dimensions[i]) + " = " + full + ".dim(" + std::to_string(i) +
               ").extent()";
  out.code(extents + ";");
  if (joined_ == 0) return;
  std::string left = loops_.back(), size = "n_" + left, indices;
  for (int l = static_cast<int>(p_.loops.size()); l-- > 0;) {
    if (!has(joined_, l)) continue;
    const bool is_outermost = (joined_ & ((ir::atom_set{1} << l) - 1)) == 0;
    indices +=
        (indices.empty() ? "const Expr " : ", ") + loop_id(l) + " = " + left + (is_outermost ? "" : " % " + extent(l));
    if (is_outermost) out.line("const Expr " + extent(l) + " = " + size + ";");
    left += " / " + extent(l);
    size += " / " + extent(l);
  }
  if (resident_) out.line(indices + ";");
}

std::string algorithm::variables() const {
  std::string out;
  const auto add = [&](int l) { out += loop_id(l) + "{\"" + loop_id(l) + "\"}, "; };
  for (int l : inner_first(p_.all_loops())) add(l);
  if (is_columns()) add(static_cast<int>(p_.loops.size()) - 2);
  return out;
}

// Whether these values of columns are made of what their group has.
bool algorithm::reads_groups(const std::vector<int>& targets) const {
  if (!is_columns()) return false;
  const std::vector<int> nodes = needed(targets);
  return (p_.at(targets[0]).varies & joined_) == joined_ && std::any_of(nodes.begin(), nodes.end(), [&](int i) {
           const bool is_named = is_function(i) || is_read(i);
           const ir::atom_set part = p_.at(i).varies & joined_;
           return is_named && part != 0 && part != joined_;
         });
}

// Whether only the output of whole tensors reads these sums, row by row, or what is made of them for each row: they are taken just
// before, and the row is in cache.
bool algorithm::is_of_row(const pass& q) const {
  const ir::atom_set inner = ir::atom_set{1} << (p_.loops.size() - 1);
  if (resident_ || p_.extremes.scale >= 0 || p_.loops.size() != 2 || q.over != inner ||
      !p_.slices.has(static_cast<std::size_t>(&q - p_.passes.data())) || outputs_.back().varies != p_.all_loops())
    return false;
  const std::vector<char> made = made_of(q);
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (made[i] == 0) continue;
    const ir::node& n = p_.g.nodes[i];
    if (n.varies != p_.all_loops() && n.varies != (p_.all_loops() & ~inner)) return false;
    if (is_reduction(n.op) && std::none_of(p_.passes.begin(), p_.passes.end(), [&](const pass& r) {
          return r.reduces && contains(r.nodes, static_cast<int>(i)) && is_of_row(r);
        }))
      return false;
  }
  return std::none_of(outputs_.begin(), outputs_.end(), [&](const output_group& g) {
    return g.varies != p_.all_loops() && std::any_of(g.nodes.begin(), g.nodes.end(), [&](int n) {
             return made[static_cast<std::size_t>(n)] != 0 || contains(q.nodes, n);
           });
  });
}

// What is made of these sums.
std::vector<char> algorithm::made_of(const pass& q) const {
  std::vector<char> made(p_.g.nodes.size(), 0);
  for (std::size_t i = 0; i < made.size(); ++i)
    for (int a : p_.g.nodes[i].args)
      if (made[static_cast<std::size_t>(a)] != 0 || contains(q.nodes, a)) made[i] = 1;
  return made;
}

// Whether this is a row's, made of sums that are.
bool algorithm::is_row_value(int node) const {
  return p_.at(node).varies != p_.all_loops() && std::any_of(p_.passes.begin(), p_.passes.end(), [&](const pass& q) {
           return q.reduces && is_of_row(q) && made_of(q)[static_cast<std::size_t>(node)] != 0;
         });
}

// Whether the sums across slices are taken in the sweep that stores the output. They may read no sums of those slices, which
// belong to what is stored there, and nothing else may read whole tensors, which the output may overwrite.
bool algorithm::goes_together() const {
  const pass& across = p_.slices.across;
  if (across.nodes.empty() || p_.loops.size() != 2 || outputs_.back().varies != p_.all_loops()) return false;
  std::vector<char> reads(p_.g.nodes.size(), 0);
  for (int n : across.nodes) reads[static_cast<std::size_t>(n)] = 1;
  for (std::size_t i = reads.size(); i-- > 0;)
    for (int a : p_.at(static_cast<int>(i)).args) reads[static_cast<std::size_t>(a)] |= reads[i];
  for (std::size_t i = 0; i < p_.passes.size(); ++i) {
    const pass& q = p_.passes[i];
    if (!q.reduces || q.loops != p_.all_loops()) continue;
    if (!p_.slices.has(i) ||
        std::any_of(q.nodes.begin(), q.nodes.end(), [&](int n) { return reads[static_cast<std::size_t>(n)] != 0; }))
      return false;
  }
  return true;
}

bool algorithm::has_rows() const {
  return std::any_of(p_.passes.begin(), p_.passes.end(), [&](const pass& q) { return q.reduces && is_of_row(q); });
}

// The group of each column, once: many values of columns read it, and a division takes longer than they do.
void algorithm::print_group_of() {
  const std::string column = loops_.back(), members = extent(static_cast<int>(p_.loops.size()) - 1);
  out_->line("Func group_of(\"group_of\");");
  out_->line("group_of(" + column + ") = " + column + " / " + members + ";");
  out_->line("if (!on_gpu) group_of.compute_root();");
  allocate(1, joined_);
}

// "const Expr g = clamp(group_of(c), 0, n_g - 1);" Halide does not know what a Func's values are.
std::string algorithm::group_of_column() const {
  const int group = static_cast<int>(p_.loops.size()) - 2;
  return "const Expr " + loop_id(group) + " = clamp(group_of(" + loops_.back() + "), 0, " + extent(group) + " - 1);";
}

// "const Expr c = g * n_c_g + c_g;"
std::string algorithm::column_of_group() const {
  const int inner = static_cast<int>(p_.loops.size()) - 1;
  return "const Expr " + loops_.back() + " = " + loop_id(inner - 1) + " * " + extent(inner) + " + " + loop_id(inner) +
         ";";
}

std::vector<int> algorithm::inner_first(ir::atom_set loops) const {
  std::vector<int> out;
  const bool joins = joined_ != 0 && (loops & joined_) == joined_;
  bool is_in = false;
  for (int l = static_cast<int>(p_.loops.size()); l-- > 0;) {
    if (!has(loops, l)) continue;
    const bool joined = joins && has(joined_, l);
    if (!joined || !is_in) out.push_back(joined ? static_cast<int>(p_.loops.size()) : l);
    is_in = is_in || joined;
  }
  return out;
}

}  // namespace normfold::gen::halide
