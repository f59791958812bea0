// Prints the values that a loop body needs, at the outermost loop where each can be computed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kernel.hpp"

namespace normfold::gen::highway {

class body {
 public:
  body(const kernel& k, writer& out);

  const plan& p() const { return plan_; }
  writer& out() { return out_; }

  // Sizes and offsets -------------------------------------------------------------------------------------------------
  std::string size(const group& g) const;  ///< "n_c * n_hw", "lead_c" where only a part is taken
  std::string product(ir::atom_set loops, const std::optional<ir::leading>& first = {}) const;
  std::string stride(const tensor& t, int loop) const;  ///< "" for 1
  std::string at(const tensor& t) const;                ///< "x + i_nt * n_c" at the open loops
  void open_loop(const group& g, std::string index);    ///< from now on `index` stands for the loops of g
  /// The vector loop will begin at `index` of the loops of g.
  void start_at(const group& g, std::string index) {
    index_[static_cast<std::size_t>(g.loops.back())] = std::move(index);
  }
  void open_vector(const group& g) {
    open_ |= set_of(g);
    vector_ = set_of(g);
  }
  ir::atom_set vector() const { return vector_; }
  /// i_n = flat / n_c ..., of those groups of which loops are `read`.
  void declare_index(const std::vector<group>& groups, const std::string& flat, ir::atom_set read = ~ir::atom_set{0});
  static ir::atom_set set_of(const group& g);

  // Values --------------------------------------------------------------------------------------------------------------
  /// Nodes that `targets` need and that have no value yet; leaves included, in the graph's order.
  std::vector<int> needed(const std::vector<int>& targets) const;
  /// The sets along which the leaves among `nodes` vary.
  std::vector<ir::atom_set> leaf_sets(const std::vector<int>& nodes) const;
  /// Prints what can be computed with the loops that are open.
  void print_ready(const std::vector<int>& nodes, const std::vector<int>& targets) {
    print_ready(nodes, targets, nodes);
  }
  void print_ready(const std::vector<int>& nodes, const std::vector<int>& targets, const std::vector<int>& only);
  /// Prints a pointer for each leaf among `nodes` that the vector loop reads element by element.
  void print_runs(const std::vector<int>& nodes);
  std::string value(int node) const;  ///< its variable, or its text
  void name(int node, std::string text) { values_[node] = std::move(text); }
  std::string wish(int node) const;          ///< a readable name for the node
  std::string fresh(std::string wish_text);  ///< "t", "t2", ...; "v_y" for the value of a tensor y
  std::string expression(int node) const;    ///< text of an elementwise node from its arguments' values
  /// Statement that stores a value that is the same in all lanes.
  std::string store_one(const tensor& t, int node) const;
  std::string fold(int node, const std::string& sum) const;  ///< "hn::MulAdd(a, b, sum)"
  std::string describe(int node) const;                      ///< the formula in words, for comments

  /// What is known at this point; put back where a scope closes.
  struct state {
    std::map<int, std::string> values;
    std::map<int, std::string> runs;
    std::map<std::string, std::string> known_runs;
    std::set<int> by;
    unique_names names;
    std::vector<std::string> index;
    ir::atom_set open, vector;
  };
  state save() const { return {values_, runs_, known_runs_, by_, names_, index_, open_, vector_}; }
  /// Closes a loop but keeps what was declared before the state was saved, and names in use at this level.
  void leave(state s) {
    s.names = names_;
    s.known_runs = known_runs_;
    restore(std::move(s));
  }
  void restore(state s);

  /// Until the state is put back, a loop is printed that multiplies by `by` instead of the scales `nodes`; it may be 1.
  void multiply_by(const std::vector<int>& nodes, bool in_memory);

  bool is_scaled(int node) const;  ///< a product with such a scale

  void make_leaf(int node, tensor t) { leaves_[node] = std::move(t); }  ///< from now on read from memory
  const tensor* leaf(int node) const;
  std::string run_name(int node) const { return runs_.at(node); }
  std::string run(const tensor& t) const;                ///< "nf::In<S>{x + ...}" or Out
  std::string out_run(const tensor& t, int node) const;  ///< of the value `node`: "nf::OutOf<S, P>{y + ...}", or Out

 private:
  bool is_fused(int node) const;  ///< a product without a variable of its own

  const plan& plan_;
  writer& out_;
  unique_names names_;
  std::set<std::string> tensors_;
  std::map<int, std::string> values_;
  std::map<int, std::string> runs_;
  std::map<std::string, std::string> known_runs_;  ///< text -> name, of the pointers in scope
  std::set<int> by_;                               ///< scales that may be 1
  std::map<int, tensor> leaves_;
  std::vector<std::string> index_;
  ir::atom_set open_ = 0;
  ir::atom_set vector_ = 0;
};

/// "nf::Sum, nf::Largest"
std::string fold_list(const pass& q, const plan& p);

}  // namespace normfold::gen::highway
