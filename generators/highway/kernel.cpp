// Prints kernels: the sweeps of a plan, in order. How a sweep walks memory is decided by the plan and by its nest.
#include "kernel.hpp"

#include <algorithm>

#include "../formula.hpp"
#include "../ops.hpp"
#include "sweeps.hpp"

namespace normfold::gen::highway {
namespace {

ir::atom_set loops_of(const signature& s, const std::vector<int>& atoms) {
  ir::atom_set set = 0;
  for (std::size_t l = 0; l < s.sweeps.loops.size(); ++l)
    if (std::find(atoms.begin(), atoms.end(), s.sweeps.loops[l].atoms[0]) != atoms.end()) set |= ir::atom_set{1} << l;
  return set;
}

char storage_of(argument_kind k) {
  if (k == argument_kind::parameter || k == argument_kind::gradient) return 'P';
  return k == argument_kind::output || k == argument_kind::input ? 'S' : 'A';
}

bool is_pointer(const argument& a) { return a.kind != argument_kind::count; }

void print_prologue(const kernel& k, writer& out) {
  const plan& p = k.first->sweeps;
  out.line("using D = nf::TagOf<S>;");
  out.line("using V = hn::Vec<D>;");
  const bool statistics = p.how == shape::phased || std::any_of(k.tensors.begin(), k.tensors.end(), [](const tensor& t) { return t.storage == 'A'; });
  if (statistics) out.line("using A [[maybe_unused]] = nf::StatStorage<S>;");
  out.line("const D d;");
  print_leading(p, out);
}

}  // namespace

void print_leading(const plan& p, writer& out) {
  for (const ir::node& n : p.g.nodes) {
    if (!n.first) continue;
    const std::string name = p.loops[static_cast<std::size_t>(n.first->atom)].name;
    const std::string text = n.first->percent > 0 ? "Percent(" + number(n.first->percent) : "Count(" + std::to_string(n.first->count);
    out.line("const size_t lead_" + name + " = normfold::Leading" + text + ", n_" + name + ");");
    break;
  }
}

kernel make_kernel(const signature& s) {
  kernel k;
  k.first = &s;
  k.name = camel(s.g.name) + (s.how.what == direction::infer ? "" : camel(to_text(s.how.what)));
  for (std::size_t i = 0; i < s.arguments.size(); ++i) {
    const argument& a = s.arguments[i];
    if (!is_pointer(a)) {
      k.tensors.push_back({"average_rate", 'A', 0, false, true});
      k.argument.push_back(static_cast<int>(i));
      continue;
    }
    const bool full = a.atoms.size() == s.g.atoms.size();
    k.tensors.push_back({a.id, storage_of(a.kind), loops_of(s, a.atoms), s.how.strided && full && storage_of(a.kind) != 'P', a.is_const()});
    k.argument.push_back(static_cast<int>(i));
  }
  return k;
}

std::vector<std::string> kernel_sizes(const kernel& k) {
  const plan& p = k.first->sweeps;
  std::vector<std::string> out;
  for (const loop& l : p.loops) out.push_back("n_" + l.name);
  for (const tensor& t : k.tensors)
    if (t.strided)
      for (std::size_t l = 0; l + 1 < p.loops.size(); ++l) out.push_back(t.id + "_stride_" + p.loops[l].name);
  return out;
}

std::string kernel_key(const signature& s) {
  std::string key = to_text(s.how.what) + (s.how.strided ? " strided " : " ");
  ir::graph g = s.sweeps.g;
  g.name.clear();
  for (ir::atom& a : g.atoms) a.name = "L" + std::to_string(&a - g.atoms.data());
  for (const argument& a : s.arguments) key += a.name + "(" + std::to_string(static_cast<int>(a.kind)) + ")";
  return key + to_text(g);
}

void print_kernel(const kernel& k, writer& out) {
  const plan& p = k.first->sweeps;
  out.line("template <class S, class P>");
  std::string parameters;
  for (const tensor& t : k.tensors) {
    const std::string type = t.storage == 'A' ? "nf::Stat<S>" : std::string("nf::Memory<") + t.storage + ">";
    parameters += (t.is_const ? "const " : "") + type + "* " + t.id + ", ";
  }
  for (const std::string& s : kernel_sizes(k)) parameters += "size_t " + s + ", ";
  out.open(wrapped("void " + k.name + "(" + parameters + "const normfold_context* context) {"));
  print_prologue(k, out);
  body b(k, out);
  if (p.how == shape::resident) print_resident(k, b);
  else print_phased(k, b);
  out.close();
}

}  // namespace normfold::gen::highway
