// Prints one sweep that reduces: along rows in lanes, or down columns in chunks.
#pragma once

#include "algorithm.hpp"

namespace normfold::gen::halide {

class fold_printer {
 public:
  fold_printer(algorithm& a, const pass& q);
  void print();

 private:
  void print_extents();
  void print_firsts();
  bool crosses_columns() const;
  void print_row_limit(const std::string& n);
  std::string wanted_here() const;
  void print_row_fold();
  void print_column_fold();
  void print_together_fold();
  std::vector<std::string> print_terms(bool added);
  std::string folds() const;
  void print_step(const std::string& to, const std::string& arguments, const std::string& parameters);
  void print_sums(const std::string& partial, const std::string& chunks, const std::string& pushed);
  void print_results(const std::string& sums, const std::vector<std::string>& values);
  std::string starts() const;
  std::string count() const;
  std::string list(const std::vector<std::string>& values) const;
  std::string component(const std::string& call, std::size_t i) const;
  std::string divided(std::size_t i, const std::string& sum) const;

  algorithm& a_;
  const pass& q_;
  const plan& p_;
  ir::atom_set kept_;
  std::vector<int> reduced_;  ///< innermost first
  bool is_row_ = false;
  std::vector<std::string> extents_;  ///< of what is reduced; of a pivot the first block's
  std::vector<std::string> firsts_;
  std::string totals_;
};

}  // namespace normfold::gen::halide
