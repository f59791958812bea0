// Prints kernels: the sweeps of a plan, in order. How a sweep walks memory is decided by the plan and by its nest.
#include "kernel.hpp"

#include <algorithm>

#include "../formula.hpp"
#include "../ops.hpp"
#include "../wrapper.hpp"
#include "sweeps.hpp"

namespace normfold::gen::highway {
namespace {

void print_sweeps(const kernel& k, writer& out) {
  body b(k, out);
  if (k.first->sweeps.how == shape::resident) print_resident(k, b);
  else print_phased(k, b);
}

// Whether the sweeps name the type of a vector: a compiler warns of one that they do not.
bool names_vectors(const kernel& k) {
  writer alone;
  print_sweeps(k, alone);
  return alone.str().find("V ") != std::string::npos || alone.str().find("V& ") != std::string::npos;
}

void print_prologue(const kernel& k, writer& out) {
  const plan& p = k.first->sweeps;
  out.line("using D = nf::TagOf<S>;");
  if (names_vectors(k)) out.line("using V = hn::Vec<D>;");
  const bool statistics = p.how == shape::phased || std::any_of(k.tensors.begin(), k.tensors.end(),
                                                                [](const tensor& t) { return t.storage == 'A'; });
  if (statistics) out.line("using A [[maybe_unused]] = nf::StatStorage<S>;");
  out.line("const D d;");
  print_leading(p, out);
}

}  // namespace

std::vector<std::string> kernel_sizes(const kernel& k) {
  const plan& p = k.first->sweeps;
  std::vector<std::string> out;
  for (const loop& l : p.loops) out.push_back("n_" + l.name);
  for (const tensor& t : k.tensors)
    if (t.strided)
      for (std::size_t l = 0; l + 1 < p.loops.size(); ++l) out.push_back(t.id + "_stride_" + p.loops[l].name);
  return out;
}

void print_kernel(const kernel& k, writer& out) {
  out.line("template <class S, class P>");
  std::string parameters;
  for (const tensor& t : k.tensors) {
    const std::string type = t.storage == 'A' ? "nf::Stat<S>" : std::string("nf::Memory<") + t.storage + ">";
    parameters += (t.is_const ? "const " : "") + type + "* " + t.id + ", ";
  }
  for (const std::string& s : kernel_sizes(k)) parameters += "size_t " + s + ", ";
  out.open(wrapped("void " + k.name + "(" + parameters + "const normfold_context* context) {"));
  print_prologue(k, out);
  print_sweeps(k, out);
  out.close();
}

}  // namespace normfold::gen::highway
