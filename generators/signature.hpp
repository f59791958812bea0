// The C function of one (layer, direction, type, order): its name and arguments. Headers, wrappers, tables and
// backends all print from this one description.
#pragma once

#include <string>
#include <vector>

#include "ir.hpp"
#include "plan.hpp"
#include "rules.hpp"

namespace normfold::gen {

struct order {
  std::string name;        ///< "" for the layer's own order
  std::vector<int> atoms;  ///< outermost first
};

enum class element { f32, f64, bf16, f16 };

struct variant {
  direction what = direction::infer;
  element type = element::f32;
  element params = element::f32;  ///< the type of parameters
  order memory;
  bool strided = false;
};

enum class argument_kind { output, gradient, statistic, kept, count, input, given, parameter };

struct argument {
  argument_kind kind = argument_kind::input;
  std::string name;        ///< as written in the layer: "y", "weight"
  std::string id;          ///< a C identifier, unique in the signature
  std::vector<int> atoms;  ///< along which it varies, memory order
  int output = -1;         ///< outputs: which entry of graph::names
  bool is_const() const {
    return kind == argument_kind::input || kind == argument_kind::given || kind == argument_kind::parameter;
  }
};

struct extent {
  std::string id;
  int axis = -1;        ///< of the layer, or
  int group_atom = -1;  ///< the number of groups
};

/// STRIDED: the element stride of one outer axis of one full tensor.
struct stride {
  std::string id;  ///< "x_stride_T"
  int argument = -1;
  int axis = -1;
};

struct signature {
  std::string name;  ///< layer_norm_train_f32_NHWC
  variant how;
  std::vector<argument> arguments;
  std::vector<extent> extents;
  std::vector<stride> strides;
  ir::graph g;                ///< what is computed, moments not yet shifted
  ir::atom_set averaged = 0;  ///< what the statistics reduce, in a gradient those of its layer: not to be empty
  bool collected = false;     ///< given statistics are collected into one multiply-add per element
  plan sweeps;
};

/// `layer` is canonical.
signature make_signature(const ir::graph& layer, const variant& how);

/// Whether it writes gradients that are sums over slices, and so 0 where there is no slice.
bool sums_over_slices(const signature& s);

element statistics_type(element e);                                         ///< f32, f64 for f64
std::string c_type(element e);                                              ///< "float", "normfold_bf16"
std::string to_text(element e);                                             ///< "f32"
std::string order_name(const ir::graph& g, const std::vector<int>& atoms);  ///< "NHWC", "N.head.C"

/// The C text of an atom's extent: "C", "G", "(C / G)", "32".
std::string extent_text(const signature& s, int atom);

}  // namespace normfold::gen
