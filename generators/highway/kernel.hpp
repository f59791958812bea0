// Prints the template of one kernel. The wrapper that checks arguments and calls it is wrapper.cpp.
#pragma once

#include <string>
#include <vector>

#include "../signature.hpp"
#include "../text.hpp"

namespace normfold::gen::highway {

/// A run of memory that a kernel reads or writes.
struct tensor {
  std::string id;             ///< the pointer's name
  char storage = 'S';         ///< S the tensor's type, P the parameters', A statistics'
  ir::atom_set varies = 0;    ///< loops
  bool strided = false;       ///< has its own strides: <id>_stride_<loop>
  bool is_const = true;
};

/// The kernel of a signature: its pointers in the order of the signature's arguments.
struct kernel {
  std::string name;                   ///< "LayerNorm"
  std::vector<tensor> tensors;
  std::vector<int> argument;          ///< tensor -> argument of the signature
  const signature* first = nullptr;   ///< who asked first; its names are the kernel's
};

kernel make_kernel(const signature& s);

/// The sizes and strides that follow the pointers: "n_nt", "n_c", "x_stride_nt".
std::vector<std::string> kernel_sizes(const kernel& k);

/// Two kernels of one text are one kernel.
std::string kernel_key(const signature& s);

/// Prints `template <class S, class P> void Name(...) { ... }`.
void print_kernel(const kernel& k, writer& out);

/// The lines that add up a kernel's scratch memory in `need` (runtime/workspace.h), over n_<loop>.
std::vector<std::string> workspace_lines(const kernel& k);

/// Prints how many elements `first(...)` takes: lead_<loop>.
void print_leading(const plan& p, writer& out);

}  // namespace normfold::gen::highway
