// Which functions share a kernel, and which pointers a kernel has.
#include "kernel.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "text.hpp"

namespace normfold::gen {
namespace {

char storage_of(argument_kind k) {
  if (k == argument_kind::parameter || k == argument_kind::gradient) return 'P';
  return k == argument_kind::output || k == argument_kind::input ? 'S' : 'A';
}

bool is_pointer(const argument& a) { return a.kind != argument_kind::count; }

}  // namespace

ir::atom_set loops_of(const signature& s, const std::vector<int>& atoms) {
  ir::atom_set set = 0;
  for (std::size_t l = 0; l < s.sweeps.loops.size(); ++l)
    if (std::find(atoms.begin(), atoms.end(), s.sweeps.loops[l].atoms[0]) != atoms.end()) set |= ir::atom_set{1} << l;
  return set;
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
    k.tensors.push_back({a.id, storage_of(a.kind), loops_of(s, a.atoms),
                         s.how.strided && full && storage_of(a.kind) != 'P', a.is_const()});
    k.argument.push_back(static_cast<int>(i));
  }
  return k;
}

std::string kernel_key(const signature& s) {
  std::string key = to_text(s.how.what) + (s.how.strided ? " strided " : " ");
  ir::graph g = s.sweeps.g;
  g.name.clear();
  for (ir::atom& a : g.atoms) a.name = "L" + std::to_string(&a - g.atoms.data());
  for (const argument& a : s.arguments) key += a.name + "(" + std::to_string(static_cast<int>(a.kind)) + ")";
  return key + to_text(g);
}

std::vector<shared_kernel> kernels_of(const library& lib) {
  std::vector<shared_kernel> kernels;
  std::map<std::string, std::size_t> known;
  std::map<std::string, int> names;
  for (const signature& s : lib.functions) {
    const auto [at, is_new] = known.emplace(kernel_key(s), kernels.size());
    if (is_new) {
      kernels.push_back({make_kernel(s), {}});
      std::string& name = kernels.back().k.name;
      if (const int n = ++names[name]; n > 1) name += std::to_string(n);
    }
    kernels[at->second].users.push_back(&s);
  }
  return kernels;
}

void print_heading(const shared_kernel& m, writer& out) {
  std::set<std::string> layers;
  for (const signature* s : m.users) {
    const std::string order = s->how.memory.name.empty() ? "" : ", in the order " + s->how.memory.name;
    if (layers.insert(s->g.source + order).second) out.comment(s->g.source + order);
  }
  const plan& p = m.k.first->sweeps;
  const char* how = p.how == shape::resident ? "a slice at a time."
                    : p.slices.loops != 0    ? "slice after slice where sums allow."
                                             : "sweep after sweep.";
  out.comment("Nest: " + nest_text(p) + ", " + how);
}

}  // namespace normfold::gen
