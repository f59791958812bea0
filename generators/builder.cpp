// Value numbering and depth-first numbering of graphs.
#include "builder.hpp"

#include <algorithm>
#include <cstring>

#include "ops.hpp"

namespace normfold::gen {
namespace {

// FNV-1a: the same on every platform, since it orders the factors of products.
struct fnv {
  std::size_t state = 14695981039346656037ull;
  void bytes(const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      state ^= static_cast<const unsigned char*>(data)[i];
      state *= 1099511628211ull;
    }
  }
  template <class T>
  void value(T v) {
    bytes(&v, sizeof v);
  }
  void text(const std::string& s) {
    bytes(s.data(), s.size());
    value(s.size());
  }
};

origin leaf_origin(const std::string& op) {
  if (op == "input") return origin::element;
  if (op == "parameter") return origin::parameter;
  if (op == "constant") return origin::constant;
  return origin::statistic;
}

}  // namespace

builder::builder(const ir::graph& like) : graph_(like) {
  graph_.nodes.clear();
  graph_.names.clear();
}

int builder::add(ir::node n) {
  const op_row& row = find_op(n.op);
  if (row.kind == op_kind::elementwise) {
    n.varies = n.over;  // `spread`
    for (int a : n.args) n.varies |= (*this)[a].varies;
  } else if (row.kind == op_kind::reduction) {
    n.varies = (*this)[n.args[0]].varies & ~n.over;
  }
  fnv h;
  h.text(n.op);
  h.text(n.name);
  h.value(n.value);
  h.value(n.varies);
  h.value(n.over);
  if (n.first) {
    h.value(n.first->atom);
    h.value(n.first->percent);
    h.value(n.first->count);
  }
  for (int a : n.args) h.value(hash(a));
  for (auto [at, end] = known_.equal_range(h.state); at != end; ++at)
    if ((*this)[at->second] == n) return at->second;

  origin from = leaf_origin(n.op);
  if (row.kind == op_kind::elementwise) {
    from = origin::constant;
    for (int a : n.args) from = std::min(from, made_of(a));
  } else if (row.kind == op_kind::reduction) {
    from = std::max(made_of(n.args[0]), origin::statistic);
  }
  graph_.nodes.push_back(std::move(n));
  origins_.push_back(from);
  hashes_.push_back(h.state);
  const int id = static_cast<int>(graph_.nodes.size()) - 1;
  known_.emplace(h.state, id);
  return id;
}

int builder::op(const std::string& name, std::vector<int> args) { return add({.op = name, .args = std::move(args)}); }
int builder::constant(double value) { return add({.op = "constant", .value = value}); }

int builder::reduce(const std::string& name, int arg, const ir::node& scope) {
  return add({.op = name, .args = {arg}, .over = scope.over, .first = scope.first});
}

int builder::count(ir::atom_set over, const std::optional<ir::leading>& first) {
  return add({.op = "count", .over = over, .first = first});
}

ir::graph builder::finish() const {
  ir::graph out = graph_;
  out.nodes.clear();
  std::vector<int> moved(graph_.nodes.size(), -1);
  const std::function<int(int)> visit = [&](int i) {
    int& to = moved[static_cast<std::size_t>(i)];
    if (to >= 0) return to;
    ir::node n = (*this)[i];
    for (int& a : n.args) a = visit(a);
    out.nodes.push_back(std::move(n));
    return to = static_cast<int>(out.nodes.size()) - 1;
  };
  for (ir::named_node& n : out.names)
    if (n.what != ir::role::label) n.node = visit(n.node);
  // A label stays only on what the outputs need.
  std::erase_if(out.names, [&](ir::named_node& n) {
    return n.what == ir::role::label && (n.node = moved[static_cast<std::size_t>(n.node)]) < 0;
  });
  return out;
}

std::vector<int> rebuild(const ir::graph& g, builder& to, const std::function<int(int, ir::node)>& make) {
  std::vector<int> moved;
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    ir::node n = g.nodes[i];
    for (int& a : n.args) a = moved[static_cast<std::size_t>(a)];
    moved.push_back(make(static_cast<int>(i), std::move(n)));
  }
  for (const ir::named_node& n : g.names) to.name(n.name, moved[static_cast<std::size_t>(n.node)], n.what);
  return moved;
}

}  // namespace normfold::gen
