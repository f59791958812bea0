// Kernels whose statistics lie in arrays: sweeps that follow each other over everything, or slice by slice. The folds of
// columns are in column_folds.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sweeps.hpp"

namespace normfold::gen::highway {

/// Whether the innermost loop of a reducing sweep is kept: columns have sums of their own.
bool is_column_pass(const plan& p, const pass& q);

/// The last of these loops, alone.
ir::atom_set innermost(const plan& p, ir::atom_set loops);

class phased_printer {
 public:
  phased_printer(const kernel& k, body& b) : k_(k), p_(b.p()), b_(b), out_(b.out()) {}
  void print();

 private:
  void declare_arrays();
  void print_pass(std::size_t index);
  void print_slices();
  void print_extremes();
  void print_scales();

  void print_rows(const pass& q);
  void print_columns(const pass& q);
  void print_pivot_columns(const pass& q, const std::vector<group>& kept, const std::vector<group>& rows,
                           const group& columns);
  void print_merge(const pass& q, const std::vector<group>& kept, const group& columns, const std::string& sizes);
  void print_rows_with_columns();
  void print_map(const pass& q);

  std::vector<write> writes_of_map(const pass& q) const;
  std::vector<ir::atom_set> sets_of(const pass& q) const;
  void open_columns(const std::vector<group>& kept, const std::vector<group>& rows, const group& columns);
  void store_folds(const pass& q);
  std::string task_name(const std::vector<group>& groups, const std::string& many) const;
  std::string product_of(const std::vector<group>& groups) const;
  /// "nf::ForSlices(context, n, bytes, stream, [&](size_t i) HWY_ATTR {", or only a scope where there is one task in a slice.
  void open_tasks(const std::vector<group>& groups, const std::string& bytes, bool stream, const std::string& flat);
  void close_tasks(const std::vector<group>& groups) { out_.close(inside_ != 0 && groups.empty() ? "}" : "});"); }
  std::string context() const { return inside_ != 0 ? "within" : "context"; }
  void declare_partial();
  std::string partial() const { return inside_ != 0 ? "partial_of_slice" : "partial"; }
  std::string bytes_of_slice() const;

  const kernel& k_;
  const plan& p_;
  body& b_;
  writer& out_;
  std::map<int, tensor> arrays_;
  ir::atom_set inside_ = 0;  ///< the loops of the slice that is being printed
};

}  // namespace normfold::gen::highway
