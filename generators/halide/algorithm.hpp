// Prints what one generator computes: values as Funcs over the plan's loops, folds over reduction domains.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "../kernel.hpp"
#include "../text.hpp"

namespace normfold::gen::halide {

/// Outputs that vary along the same loops: one Func, a Tuple where there are several.
struct output_group {
  std::string id;  ///< "y", "statistics"
  ir::atom_set varies = 0;
  std::vector<int> tensors;  ///< of the kernel
  std::vector<int> nodes;    ///< the value of each
};

/// Whether the lower half of each NaN of a value is 0 where a CPU computes it: never known, where parameters are stored as x is, always.
enum class nans { any, short_with_parameters, always_short };

class algorithm {
 public:
  explicit algorithm(const kernel& k);

  const kernel& k() const { return k_; }
  const plan& p() const { return p_; }
  /// Whether one task owns a slice: statistics live beside it, and what is written once a slice goes with it.
  bool is_resident() const { return resident_; }
  const std::vector<output_group>& outputs() const { return outputs_; }
  const std::string& input_id(int tensor) const { return inputs_[static_cast<std::size_t>(tensor)]; }
  const std::string& loop_id(int loop) const { return loops_[static_cast<std::size_t>(loop)]; }  ///< "c"
  /// Neighbouring loops that one variable goes along: of resident kernels the kept ones, of statistics in two levels the
  /// columns. `inner_first` has them as one loop wherever all of them are asked for.
  ir::atom_set joined() const { return joined_; }
  /// Extents that no tensor has for a dimension of its own: numbers that the kernel is called with.
  std::vector<std::string> scalars() const;
  /// Extents and indices of joined loops in terms of the others.
  void print_extents(const std::string& full, writer& out) const;
  std::string variables() const;
  /// Whether its loops ask for the memory of the next slice.
  bool asks_ahead() const;
  /// Whether anything is computed on the way to the outputs.
  bool has_steps() const;

  void print(writer& out);
  /// After print: the lines that add up what the kernel allocates.
  const std::vector<std::string>& workspace_lines() const { return workspace_; }
  /// How many elements one iteration of the parallel loop takes: "n_c".
  std::string iteration_elements() const;

  // Text
  // ---------------------------------------------------------------------------------------------------------------
  std::vector<int> inner_first(ir::atom_set loops) const;  ///< what to give loop_id and extent
  std::string arguments(ir::atom_set loops) const;         ///< "c, nt"
  std::string extent(int loop, const std::optional<ir::leading>& first = {}) const;  ///< "n_c", "lead_c"

 private:
  friend class fold_printer;

  bool is_function(int node) const { return functions_.count(node) != 0; }
  bool is_read(int node) const;
  bool is_worth_a_function(int node) const;
  std::vector<int> needed(const std::vector<int>& targets) const;
  std::string text(int node, int outer = 0, bool right = false) const;
  std::string expression(int node) const;
  std::string fresh(std::string wish);
  std::string wish(int node) const;
  std::string describe(int node) const;
  std::string count(const ir::node& n) const;
  void join();
  bool is_of_row(const pass& q) const;
  std::vector<char> made_of(const pass& q) const;
  bool is_row_value(int node) const;
  std::string bounded_row() const;
  bool has_rows() const;
  bool is_columns() const { return joined_ != 0 && !resident_; }
  bool goes_together() const;
  bool reads_groups(const std::vector<int>& targets) const;
  void print_group_of();
  std::string group_of_column() const;
  std::string column_of_group() const;
  void print_locals(const std::vector<int>& targets);
  void print_functions(const std::vector<int>& targets);
  void print_fold(const pass& q);
  void print_folds();
  void print_function(int node, const std::string& wish);
  void print_domain(const std::string& name, ir::atom_set loops);
  void print_rescued();
  void find_repairs();
  bool is_repaired(const pass& pivots) const;
  void print_near();
  void print_statistics(const std::vector<int>& results);
  void print_chosen();
  std::string repaired(const std::string& value, const std::string& mended) const;
  nans nans_of(const tensor& t, int node) const;        ///< of the value, stored to t
  std::string stored(const tensor& t, int node) const;  ///< "stored(storage, ...)"
  std::string at_once(const output_group& g) const;     ///< how many elements are stored at once: "vector"
  void print_outputs();
  void print_outputs_schedule();
  void allocate(std::size_t components, ir::atom_set loops, const std::string& more = "");
  std::string value_step(const std::string& function) const;
  void print_gpu_schedule();

  const kernel& k_;
  const plan& p_;
  writer* out_ = nullptr;
  unique_names names_;
  std::vector<std::string> inputs_;  ///< by tensor; "" for what is only written
  std::vector<std::string> loops_;
  std::vector<output_group> outputs_;
  std::map<int, int> leaves_;  ///< node -> tensor
  std::map<int, std::string> values_;
  std::map<int, std::string> functions_;
  std::vector<char> is_statistic_;  ///< made from a reduction
  std::vector<int> uses_;
  std::vector<char> used_beyond_;  ///< by something that varies along more loops
  bool resident_ = false;
  ir::atom_set joined_ = 0;
  ir::atom_set inside_ = 0;  ///< the loops of one slice, where slices are what is kept
  bool together_ = false;    ///< whether the sums across slices are taken in the sweep that stores the output
  bool spreads_ = true;      ///< whether what a group's columns share gets a Func of columns
  std::string slice_;        ///< the variable of the parallel loop over slices
  std::vector<std::string> workspace_;
  std::string wanted_;                      ///< inside of the rescue: the condition under which a fold is taken
  std::vector<repair> repairs_;             ///< those that the rescue takes on
  std::vector<int> crossing_, read_later_;  ///< statistics of the rescue that what follows reads; by outputs
  std::vector<std::string> crossing_names_;
};

}  // namespace normfold::gen::halide
