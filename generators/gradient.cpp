// Reverse differentiation: from the outputs to the leaves, one adjoint (a sum of products) for each node.
#include "gradient.hpp"

#include <algorithm>

#include "assemble.hpp"
#include "ops.hpp"
#include "value.hpp"

namespace normfold::gen {
namespace {

/// An adjoint of more terms than this goes on as one factor, or chains of norms would multiply their terms.
constexpr std::size_t most_terms = 8;

class differentiation {
 public:
  differentiation(const ir::graph& layer, statistics from) : layer_(layer), from_(from), b_(layer) {}

  ir::graph run() {
    copy_forward();
    algebra a(b_);
    adjoints_.resize(static_cast<std::size_t>(b_.size()));
    const int forward = b_.size();
    for (const ir::named_node& n : layer_.names) {
      if (n.what != ir::role::output) continue;
      const int at = moved(n.node);
      const int seed = b_.add({.op = "input", .name = "d" + n.name, .varies = b_[at].varies});
      algebra::add(adjoint(at), term{1, {{seed, 1}}});
    }
    for (int i = forward; i-- > 0;) pass_back(a, i);

    std::vector<int> leaves;
    for (const char* op : {"input", "parameter"})
      for (int i = 0; i < forward; ++i)
        if (b_.is(i, op)) leaves.push_back(i);
    std::stable_partition(leaves.begin(), leaves.end(), [&](int i) { return b_.is(i, "input") && b_[i].name == "x"; });
    std::vector<terms> wanted;
    for (int i : leaves) wanted.push_back(adjoint(i));
    const assembled made = assemble(a, wanted);
    const int normalised = from_ == statistics::from_y ? take_from_y(made.normalised) : -1;
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      const ir::node leaf = b_[leaves[k]];
      int node = made.nodes[k];
      // A gradient that does not vary along every axis of its argument still fills it.
      if (b_[node].varies != leaf.varies) node = b_.op("select", {b_.constant(1), node, leaves[k]});
      b_.name("d" + leaf.name, node, leaf.op == "input" ? ir::role::output : ir::role::gradient);
    }
    for (int i : made.normalised)  // for those who read what is generated
      if (b_.made_of(i) == origin::element) b_.name("xhat", i, ir::role::label);
    if (normalised >= 0) b_.name(normalised_name, normalised, ir::role::statistic);
    return with_saved(b_);
  }

  bool found_in_y() const { return found_in_y_; }

 private:
  static constexpr const char* from_y_name = "#from_y";
  static constexpr const char* normalised_name = "#normalised";

  int moved(int node) const { return moved_[static_cast<std::size_t>(node)]; }
  terms& adjoint(int node) { return adjoints_[static_cast<std::size_t>(node)]; }

  void copy_forward() {
    ir::graph unnamed = layer_;
    unnamed.names.clear();
    moved_ = rebuild(unnamed, b_, [&](int old, ir::node n) {
      for (const ir::named_node& k : layer_.names)
        if (from_ == statistics::frozen && k.what == ir::role::kept && k.node == old)
          return b_.add({.op = "given", .name = "running_" + k.name, .varies = n.varies});
      return b_.add(std::move(n));
    });
  }

  void pass_back(algebra& a, int i) {
    const ir::node n = b_[i];
    if (n.args.empty() || adjoint(i).empty()) return;
    if (adjoint(i).size() > most_terms) adjoint(i) = {a.together(adjoint(i))};
    const auto arg = [&](std::size_t k) { return k < n.args.size() ? value(b_, n.args[k]) : value(); };
    const applied at{value(b_, i), arg(0), arg(1), arg(2), &n};
    const op_row& row = find_op(n.op);
    for (std::size_t k = 0; k < n.args.size(); ++k) {
      const int to = n.args[k];
      if (row.derivative[k] == nullptr || b_.made_of(to) == origin::constant) continue;
      terms flow = a.times(adjoint(i), a.product_of(row.derivative[k](at).node_in(b_)));
      if (n.first) {
        const int part = b_.add({.op = "leading", .varies = ir::atom_set{1} << n.first->atom, .first = n.first});
        flow = a.times(flow, term{1, {{part, 1}}});
      }
      if (row.kind == op_kind::elementwise) flow = a.sum(flow, n.varies & ~b_[to].varies);
      algebra::add(adjoint(to), flow);
    }
  }

  // y = xhat * weight + bias solved for xhat: adds that to the graph, and returns what it stands for.
  int take_from_y(const std::set<int>& normalised) {
    const ir::node y = b_[moved(layer_.names.front().node)];
    int solved = b_.add({.op = "input", .name = "y", .varies = y.varies});
    for (int at = moved(layer_.names.front().node);; at = b_[at].args[0]) {
      if (normalised.count(at) != 0) {
        found_in_y_ = true;
        b_.name(from_y_name, solved, ir::role::statistic);
        return at;
      }
      const ir::node n = b_[at];
      const bool invertible = n.op == "add" || n.op == "sub" || n.op == "mul";
      if (!invertible || b_.made_of(n.args[1]) < origin::parameter) return -1;
      solved = b_.op(n.op == "add" ? "sub" : n.op == "sub" ? "add" : "div", {solved, n.args[1]});
    }
  }

  // What the caller has kept is read instead of computed: the statistics that `train` wrote, outputs besides y.
  ir::graph with_saved(builder& made) const {
    std::vector<std::pair<int, ir::node>> kept;
    for (const ir::named_node& n : layer_.names) {
      const ir::node& was = layer_.nodes[static_cast<std::size_t>(n.node)];
      const bool output = n.what == ir::role::output && &n != &layer_.names.front();
      const bool statistic =
          n.what == ir::role::statistic && (from_ == statistics::saved || from_ == statistics::from_y);
      if (is_leaf(was.op) || !(output || statistic)) continue;
      kept.emplace_back(moved(n.node),
                        ir::node{.op = output ? "input" : "given", .name = n.name, .varies = was.varies});
      made.name(n.name, moved(n.node), ir::role::statistic);
    }
    ir::graph g = made.finish();
    std::vector<std::pair<int, ir::node>> leaves;
    std::size_t next = 0;
    int solved = -1, normalised = -1, from_y = -1;
    for (const ir::named_node& n : g.names) {
      if (n.what != ir::role::statistic) continue;
      if (n.name == from_y_name) solved = n.node;
      else if (n.name == normalised_name) normalised = n.node;
      else leaves.emplace_back(n.node, kept[next++].second);
    }
    std::erase_if(g.names, [](const ir::named_node& n) { return n.what == ir::role::statistic; });
    g.running.reset();
    builder out(g);
    rebuild(g, out, [&](int old, ir::node n) {
      for (const auto& [node, leaf] : leaves)
        if (node == old) return out.add(leaf);
      if (old == normalised) return from_y;
      const int now = out.add(std::move(n));
      if (old == solved) from_y = now;
      return now;
    });
    ir::graph done = out.finish();
    int labels = 0;
    for (ir::named_node& n : done.names)
      if (n.what == ir::role::label && ++labels > 1) n.name += std::to_string(labels);
    return done;
  }

  const ir::graph& layer_;
  statistics from_;
  builder b_;
  std::vector<int> moved_;
  std::vector<terms> adjoints_;
  bool found_in_y_ = false;
};

}  // namespace

ir::graph gradient(const ir::graph& layer, statistics from) { return differentiation(layer, from).run(); }

bool normalised_is_in_y(const ir::graph& layer) {
  differentiation d(layer, statistics::from_y);
  d.run();
  return d.found_in_y();
}

}  // namespace normfold::gen
