// Prints the template of one kernel. The wrapper that checks arguments and calls it is wrapper.cpp.
#pragma once

#include <string>
#include <vector>

#include "../kernel.hpp"
#include "../text.hpp"

namespace normfold::gen::highway {

/// The sizes and strides that follow the pointers: "n_nt", "n_c", "x_stride_nt".
std::vector<std::string> kernel_sizes(const kernel& k);

/// Prints `template <class S, class P> void Name(...) { ... }`.
void print_kernel(const kernel& k, writer& out);

/// The lines that add up a kernel's scratch memory in `need` (runtime/workspace.h), over n_<loop>.
std::vector<std::string> workspace_lines(const kernel& k);

}  // namespace normfold::gen::highway
