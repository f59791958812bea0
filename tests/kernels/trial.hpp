// One call of one generated function: made from the function's row in its library's table and its layer's graph, filled,
// called between guard pages, and judged against the oracle. Every test of kernels is a loop over these.
#pragma once

#include <normfold/runtime/table.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "guarded.hpp"
#include "oracle.hpp"

namespace normfold::kernel_tests {

/// A generated library and what its layers mean.
struct library {
  const normfold_function* functions = nullptr;
  std::size_t count = 0;
  std::vector<ir::graph> graphs{};
  std::vector<std::size_t> lengths{};            ///< that the tests try for each axis
  std::map<std::string, ir::graph> gradients{};  ///< of backward functions, by their names
  std::int64_t targets = 0;                      ///< of Highway that its kernels were compiled for

  /// The layer that a function is of.
  const ir::graph& layer(const normfold_function& function) const;
  /// What it computes: its layer, or a gradient of it.
  const ir::graph& graph(const normfold_function& function) const;
};

/// The library that this test program is linked with.
const library& tested();

using bytes = std::vector<unsigned char>;

/// One argument of a call.
struct tensor {
  std::string name{};
  int kind = 0;
  oracle::number type = oracle::number::f32;
  std::vector<int> atoms{};          ///< in memory, outermost first
  std::vector<std::size_t> place{};  ///< for each element in memory, its index in the layer's order
  bytes content{};                   ///< before the call; what is only written starts as a pattern

  bool is_written() const { return kind <= NORMFOLD_ARGUMENT_COUNT; }
  bool is_read() const { return kind >= NORMFOLD_ARGUMENT_KEPT; }
  bool is_count() const { return kind == NORMFOLD_ARGUMENT_COUNT; }
  long double at(const bytes& image, std::size_t i) const;
  void set(std::size_t i, long double value);
};

struct trial {
  const normfold_function& function;
  const ir::graph& graph;
  oracle::sizes extents{};
  std::vector<tensor> tensors{};

  trial(const normfold_function& of, const ir::graph& its_graph, oracle::sizes sizes);
  std::vector<std::size_t> extent_arguments() const;
  bool is_train() const { return std::string(function.direction) == "train"; }
  bool is_backward() const { return std::string(function.direction).starts_with("backward"); }
  tensor& named(const std::string& name);
};

/// The value of element `index` (in the layer's order) of a tensor that the call reads.
using filling = std::function<long double(const tensor&, std::size_t index)>;

/// x and operands of mean 0.5 and deviation 1, parameters in [-1.5, 1.5], running statistics in [0.5, 2].
long double ordinary(const tensor& t, std::size_t index);
void fill(trial& t, const filling& values = ordinary);

/// How a call is made.
struct manner {
  guard end = guard::behind;
  unsigned threads = 1;    ///< 1: no parallel_for
  std::string in_place{};  ///< y is this operand's memory
  normfold_stores stores = NORMFOLD_STORES_AUTO;
};

/// What a call left behind: the content of each tensor, and a sentence where it wrote what it must not.
struct outcome {
  normfold_status status = NORMFOLD_OK;
  std::vector<bytes> after{};
  std::string damage{};
};
outcome call(const trial& t, const manner& how = {});

/// What the oracle says about the call, by argument name, in the layer's order.
std::map<std::string, oracle::array> expected(const trial& t);

/// Empty where every element of every output is within its bound, else a sentence about the first that is not. Counts a
/// comparison.
std::string judge(const trial& t, const std::map<std::string, oracle::array>& wanted, const outcome& got);

/// Comparisons made so far, and elements for which the oracle had no bound.
struct tally {
  std::size_t comparisons = 0;
  std::size_t elements = 0;
  std::size_t without_bound = 0;
};
tally& counted();

/// "layer_norm_f32 N=2 T=3 C=5"
std::string to_text(const trial& t);

}  // namespace normfold::kernel_tests
