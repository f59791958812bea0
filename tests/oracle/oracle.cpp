// The order of work: equal nodes become one, leaves read buffers, running statistics follow the batch's.
#include "oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "error.hpp"
#include "interpreter.hpp"
#include "ops.hpp"

namespace normfold::oracle {

std::vector<std::size_t> atom_extents(const ir::graph& graph, const sizes& extents) {
  const auto named = [&extents](const std::string& name) {
    const auto found = extents.find(name);
    if (found == extents.end()) throw std::invalid_argument("no extent is given for " + name);
    return found->second;
  };
  std::vector<std::size_t> result;
  for (const ir::atom& atom : graph.atoms) {
    const ir::axis& axis = graph.axes[static_cast<std::size_t>(atom.axis)];
    const std::size_t whole = atom.which == ir::part::group ? 0 : axis.extent != 0 ? axis.extent : named(axis.name);
    if (atom.which == ir::part::whole) result.push_back(whole);
    if (atom.which == ir::part::group) result.push_back(atom.extent != 0 ? atom.extent : named(atom.name));
    if (atom.which == ir::part::member) result.push_back(whole / result.back());
  }
  return result;
}

std::size_t elements(ir::atom_set set, const std::vector<std::size_t>& extents) {
  std::size_t product = 1;
  for (std::size_t a = 0; a < extents.size(); ++a)
    if ((set >> a & 1) != 0) product *= extents[a];
  return product;
}

std::vector<std::size_t> broadcast(ir::atom_set from, ir::atom_set to, const std::vector<std::size_t>& extents) {
  std::vector<std::size_t> result{0};
  std::size_t block = 1;
  for (std::size_t a = extents.size(); a-- > 0;) {
    if ((to >> a & 1) == 0) continue;
    const bool moves = (from >> a & 1) != 0;
    const std::size_t inner = result.size();
    result.reserve(inner * extents[a]);
    for (std::size_t i = 1; i < extents[a]; ++i)
      for (std::size_t k = 0; k < inner; ++k) result.push_back(result[k] + (moves ? i * block : 0));
    if (extents[a] == 0) return {};
    if (moves) block *= extents[a];
  }
  return result;
}

std::size_t leading_count(const ir::leading& first, const std::vector<std::size_t>& extents) {
  const std::size_t whole = extents[static_cast<std::size_t>(first.atom)];
  const double part = std::ceil(first.percent * static_cast<double>(whole) / 100);
  return std::min(whole, first.percent != 0 ? static_cast<std::size_t>(part) : first.count);
}

bool is_centred(const ir::graph& graph, int i, ir::atom_set over) {
  const auto at = [&graph](int k) -> const ir::node& { return graph.nodes[static_cast<std::size_t>(k)]; };
  if (at(i).op != "sub" || at(at(i).args[1]).op != "mean") return false;
  const ir::node& mean = at(at(i).args[1]);
  return at(mean.args[0]) == at(at(i).args[0]) && (over == 0 || mean.over == over);
}

interpreter::interpreter(const problem& p)
    : p_(p), extents_(atom_extents(p.graph, p.extents)), unit_(unit_of(arithmetic_of(p.storage))) {
  std::vector<ir::node> renamed;
  for (const ir::node& n : p.graph.nodes) {
    ir::node with_first = n;
    for (int& a : with_first.args) a = same(a);
    int first = 0;
    while (first < static_cast<int>(renamed.size()) && !(renamed[static_cast<std::size_t>(first)] == with_first))
      ++first;
    same_.push_back(first);
    renamed.push_back(with_first);
  }
}

bool interpreter::is_square(int i) const { return at(i).op == "sq" || (at(i).op == "mul" && arg(i, 0) == arg(i, 1)); }

bool interpreter::is_centred(int i) const {
  return at(i).op == "sub" && centring_.contains(arg(i, 1)) && arg(arg(i, 1), 0) == arg(i, 0);
}

array interpreter::buffer(const std::string& name, ir::atom_set set) const {
  const auto found = p_.buffers.find(name);
  if (found == p_.buffers.end()) throw std::invalid_argument("no buffer is given for " + name);
  if (found->second.size() != count(set)) throw std::invalid_argument("the buffer " + name + " has another size");
  return {found->second, std::vector<double>(found->second.size())};
}

array interpreter::leaf(const ir::node& n) const {
  if (n.op == "leading") {
    array part{std::vector<long double>(count(n.varies)), std::vector<double>(count(n.varies))};
    std::fill_n(part.value.begin(), leading_count(*n.first, extents_), 1.0L);
    return part;
  }
  if (n.op != "constant" && n.op != "count") return buffer(n.name, n.varies);
  const long double value = n.op == "count" ? static_cast<long double>(reduced_count(n)) : n.value;
  const long double held = round_to(arithmetic_of(p_.storage), value);
  return {{value}, {static_cast<double>(std::fabs(held - value))}};
}

void interpreter::run(const std::vector<int>& wanted) {
  const std::size_t nodes = p_.graph.nodes.size();
  std::vector<bool> needed(nodes), folded_only(nodes, true);
  for (const int i : wanted) needed[static_cast<std::size_t>(same(i))] = true;
  for (int i = static_cast<int>(nodes) - 1; i >= 0; --i) {
    if (!needed[static_cast<std::size_t>(i)] || given_.contains(i)) continue;
    for (std::size_t k = 0; k < at(i).args.size(); ++k) {
      const auto a = static_cast<std::size_t>(arg(i, static_cast<int>(k)));
      needed[a] = true;
      if (!gen::is_reduction(at(i).op)) folded_only[a] = false;
      const bool mean_of_it = at(i).op == "sub" && k == 1 && at(static_cast<int>(a)).op == "mean" &&
                              !given_.contains(static_cast<int>(a)) && arg(static_cast<int>(a), 0) == arg(i, 0);
      if (mean_of_it) centring_.insert(static_cast<int>(a));
    }
  }
  values_.resize(nodes);
  may_leave_range_.assign(nodes, false);
  for (std::size_t at_index = 0; at_index < nodes; ++at_index) {
    if (!needed[at_index]) continue;
    const int i = static_cast<int>(at_index);
    const ir::node& n = at(i);
    bool from_squares = !n.args.empty();
    for (std::size_t k = 0; k < n.args.size(); ++k) {
      const auto a = static_cast<std::size_t>(arg(i, static_cast<int>(k)));
      from_squares = from_squares && (may_leave_range_[a] || at(static_cast<int>(a)).op == "constant");
    }
    may_leave_range_[at_index] = from_squares || (is_square(i) && folded_only[at_index]);
    array& result = values_[at_index];
    if (const auto found = given_.find(i); found != given_.end()) result = buffer(found->second, n.varies);
    else if (gen::is_leaf(n.op)) result = leaf(n);
    else if (gen::is_reduction(n.op)) result = reduce(i);
    else result = elementwise(i);
    check_range(i, result);
  }
}

namespace {

bool is_written(const ir::named_node& n) { return n.what == ir::role::output || n.what == ir::role::gradient; }

// new = old + weight * (batch - old), with its two or three roundings.
array updated(const ir::running& rule, const array& old, const array& batch, double factor, long double count,
              double unit) {
  const long double kept = rule.rule == ir::update::momentum ? 1 - static_cast<long double>(rule.rate)
                           : rule.rule == ir::update::keep   ? static_cast<long double>(rule.rate)
                                                             : (count - 1) / count;
  array result = old;
  for (std::size_t i = 0; i < old.value.size(); ++i) {
    const long double fresh = batch.value[i] * factor;
    result.value[i] = kept * old.value[i] + (1 - kept) * fresh;
    if (!std::isfinite(result.value[i])) continue;
    const long double size = std::fabs(kept * old.value[i]) + std::fabs((1 - kept) * fresh) + std::fabs(old.value[i]);
    result.error[i] = static_cast<double>(1 - kept) * factor * batch.error[i] + 4 * unit * static_cast<double>(size);
  }
  return result;
}

}  // namespace

std::map<std::string, array> evaluate(const problem& p) {
  interpreter work(p);
  const ir::graph& g = p.graph;
  std::vector<int> wanted;
  for (const ir::named_node& n : g.names) {
    if (n.what == ir::role::kept && !p.train) work.give(n.node, "running_" + n.name);
    if (is_written(n) || p.train) wanted.push_back(n.node);
  }
  work.run(wanted);
  std::map<std::string, array> result;
  long double count = 1;
  if (p.train && g.running && g.running->rule == ir::update::average) {
    count = work.buffer("batches", 0).value[0] + 1;
    result["batches"] = {{count}, {0}};
  }
  for (const ir::named_node& n : g.names) {
    if (is_written(n) || (p.train && n.what == ir::role::statistic)) result[n.name] = work.value(n.node);
    if (n.what != ir::role::kept || !p.train) continue;
    const ir::node& node = g.nodes[static_cast<std::size_t>(n.node)];
    const ir::node& squares = g.nodes[static_cast<std::size_t>(node.args[0])];
    const bool variance = node.op == "mean" && squares.op == "sq" && is_centred(g, squares.args[0], node.over);
    const double all = work.reduced_count(node);
    const std::string name = "running_" + n.name;
    result[name] =
        updated(*g.running, work.buffer(name, node.varies), work.value(n.node),
                variance && !g.running->biased ? all / (all - 1) : 1, count, unit_of(arithmetic_of(p.storage)));
  }
  return result;
}

}  // namespace normfold::oracle
