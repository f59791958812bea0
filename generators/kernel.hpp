// What a kernel is, whatever prints it: functions whose plans are one share one kernel.
#pragma once

#include <string>
#include <vector>

#include "library.hpp"
#include "signature.hpp"
#include "text.hpp"

namespace normfold::gen {

/// A run of memory that a kernel reads or writes.
struct tensor {
  std::string id;           ///< the pointer's name
  char storage = 'S';       ///< S the tensor's type, P the parameters', A statistics'
  ir::atom_set varies = 0;  ///< loops
  bool strided = false;     ///< has its own strides: <id>_stride_<loop>
  bool is_const = true;
};

/// The kernel of a signature: its pointers in the order of the signature's arguments.
struct kernel {
  std::string name;  ///< "LayerNorm"
  std::vector<tensor> tensors;
  std::vector<int> argument;         ///< tensor -> argument of the signature
  const signature* first = nullptr;  ///< who asked first; its names are the kernel's
};

kernel make_kernel(const signature& s);

/// Two kernels of one text are one kernel.
std::string kernel_key(const signature& s);

/// A kernel and the functions that call it.
struct shared_kernel {
  kernel k;
  std::vector<const signature*> users;
};

/// The kernels of a library, in the order of its functions; no two have one name.
std::vector<shared_kernel> kernels_of(const library& lib);

/// The comment above a kernel: its layers and its nest.
void print_heading(const shared_kernel& made, writer& out);

/// The loops that some atoms of a signature are part of.
ir::atom_set loops_of(const signature& s, const std::vector<int>& atoms);

}  // namespace normfold::gen
