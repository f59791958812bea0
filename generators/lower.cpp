// From a layer's flat form to its graph. A new kind of term is one case in `lowering::value`.
#include "lower.hpp"

#include <utility>

namespace normfold::detail {
namespace {

class lowering {
 public:
  explicit lowering(const flat_layer& layer) : layer_(layer) {}

  ir::graph run() {
    graph_.name = std::string(layer_.head().head().text);
    graph_.source = print_source(layer_);
    graph_.steps = print_steps(layer_);
    add_axes();
    current_ = add({.op = "input", .name = "x", .varies = atoms_of(all_halves(layer_))});
    graph_.names.push_back({"y", current_, ir::role::output});
    for (step_ = 1; step_ < layer_.size; ++step_) add_step(layer_[step_]);
    graph_.names.front().node = current_;
    if (graph_.running) {
      for (const ir::named_node& each : kept_) add_name(each.name, each.node, ir::role::kept);
    }
    order_names();
    return std::move(graph_);
  }

 private:
  void add_axes() {
    for (int i = 0; i < axis_count(layer_); ++i) {
      const term& axis = layer_.head()[i];
      const std::string name(axis.text);
      const std::size_t extent = axis.count;
      graph_.axes.push_back({name, extent});
      const term* split = find_split(layer_, axis.text);
      if (split == nullptr) {
        graph_.atoms.push_back({i, ir::part::whole, name, extent});
        continue;
      }
      const std::size_t groups = split->count;
      const std::string by = split->group.empty() ? std::to_string(groups) : std::string(split->group);
      graph_.atoms.push_back({i, ir::part::group, by, groups});
      graph_.atoms.push_back({i, ir::part::member, name + "/" + by, groups > 0 ? extent / groups : 0});
    }
  }

  ir::atom_set atoms_of(halves found) const {
    ir::atom_set atoms = 0;
    for (std::size_t i = 0; i < graph_.atoms.size(); ++i) {
      const ir::atom& each = graph_.atoms[i];
      const halves bits = both_halves(each.axis);
      const halves mine = each.which == ir::part::whole    ? bits
                          : each.which == ir::part::member ? member_half(each.axis)
                                                           : bits & ~member_half(each.axis);
      if ((found & mine) != 0) atoms |= ir::atom_set{1} << i;
    }
    return atoms;
  }

  /// A value that is written twice is one node, so that a statistic used twice has one name.
  int add(ir::node fresh) {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i] == fresh) return static_cast<int>(i);
    }
    graph_.nodes.push_back(std::move(fresh));
    return static_cast<int>(graph_.nodes.size()) - 1;
  }

  /// Two statistics of one name are told apart by a number: mean, mean2.
  void add_name(std::string_view name, int node, ir::role what) {
    std::string fresh(name);
    for (int number = 2;; ++number) {
      bool is_taken = false;
      for (const ir::named_node& each : graph_.names) {
        if (each.what != what || each.name != fresh) continue;
        if (each.node == node) return;
        is_taken = true;
      }
      if (!is_taken) break;
      fresh = std::string(name) + std::to_string(number);
    }
    graph_.names.push_back({fresh, node, what});
  }

  void add_step(const flat_view& step) {
    const term& head = step.head();
    if (head.is == kind::step) current_ = value(formula_of(step));
    if (head.is == kind::output) add_name(head.text, current_, ir::role::output);
    if (head.is == kind::running) {
      graph_.running = ir::running{.rule = head.text == "momentum" ? ir::update::momentum
                                           : head.text == "keep"   ? ir::update::keep
                                                                   : ir::update::average,
                                   .rate = head.value,
                                   .biased = !head.group.empty()};
    }
  }

  int value(const flat_view& tree) {
    const term& head = tree.head();
    const std::string text(head.text);
    switch (head.is) {
      case kind::current: return current_;
      case kind::constant: return add({.op = "constant", .value = head.value});
      case kind::operand: return add({.op = "input", .name = text, .varies = atoms_of(all_halves(layer_))});
      case kind::parameter:
        return add({.op = "parameter", .name = text, .varies = atoms_of(varies_along(layer_, step_, tree))});
      case kind::elementwise: {
        ir::node made{.op = text};
        for (int i = 0; i < head.children; ++i) made.args.push_back(value(tree.child(i)));
        for (const int each : made.args) made.varies |= graph_.nodes[static_cast<std::size_t>(each)].varies;
        return add(made);
      }
      case kind::reduction: return reduction(tree);
      case kind::name:
      case kind::kept: {
        const int made = value(tree.child(0));
        if (head.is == kind::name) add_name(head.text, made, ir::role::statistic);
        if (tree.child(0).head().is == kind::reduction) kept_.push_back({text, made, ir::role::kept});
        return made;
      }
      default: return -1;
    }
  }

  int reduction(const flat_view& tree) {
    const flat_view over = over_of(layer_, step_, tree);
    const int argument = value(tree.child(0));
    ir::node made{.op = std::string(tree.head().text), .args = {argument}};
    made.over = atoms_of(reduced_by(layer_, over));
    made.varies = graph_.nodes[static_cast<std::size_t>(argument)].varies & ~made.over;
    for (int i = 0; i < over.size; ++i) {
      if (over[i].is != kind::first) continue;
      const term& part = over[i - 1];
      const halves taken = part.is == kind::split ? member_half(axis_index(layer_, part.text))
                                                  : both_halves(axis_index(layer_, part.text));
      const ir::atom_set atom = atoms_of(taken);
      int index = 0;
      while ((atom >> index & 1u) == 0) ++index;
      made.first = ir::leading{index, over[i].value, over[i].count};
    }
    return add(made);
  }

  /// Outputs first, then statistics, then what is kept, each in order of first use.
  void order_names() {
    std::vector<ir::named_node> ordered;
    for (const ir::role what : {ir::role::output, ir::role::statistic, ir::role::kept}) {
      for (const ir::named_node& each : graph_.names) {
        if (each.what == what) ordered.push_back(each);
      }
    }
    graph_.names = std::move(ordered);
  }

  flat_layer layer_;
  ir::graph graph_;
  std::vector<ir::named_node> kept_;
  int step_ = 0;
  int current_ = -1;
};

}  // namespace

ir::graph lower_flat(const flat_layer& layer) { return lowering(layer).run(); }

}  // namespace normfold::detail
