// Prints one sweep that reduces: along rows in lanes, or down columns in chunks.
#pragma once

#include "algorithm.hpp"

namespace normfold::gen::halide {

inline constexpr int chunk_rows = 512;  ///< kChunk: what sums down columns take at a time

class fold_printer {
 public:
  fold_printer(algorithm& a, const pass& q);
  void print();

 private:
  void print_extents();
  void print_firsts();
  bool crosses_columns() const;
  std::string where() const;
  void print_row_fold();
  void print_column_fold();
  void print_together_fold();
  std::vector<std::string> print_terms();
  void open_call(const std::string& call, const std::string& lambda);
  void close_call();
  std::string folds() const;
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
