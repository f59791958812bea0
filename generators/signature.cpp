// Names and orders the arguments of generated functions.
#include "signature.hpp"

#include <algorithm>

#include "ops.hpp"
#include "text.hpp"

namespace normfold::gen {
namespace {

std::vector<int> atoms_of(ir::atom_set set, const order& memory) {
  std::vector<int> out;
  for (int a : memory.atoms)
    if ((set >> a & 1) != 0) out.push_back(a);
  return out;
}

void add_leaves(signature& s, std::string_view op, argument_kind kind, unique_names& names,
                const std::string& only = "") {
  for (const ir::node& n : s.g.nodes) {
    if (n.op != op || (!only.empty() && n.name != only)) continue;
    const bool known =
        std::any_of(s.arguments.begin(), s.arguments.end(), [&](const argument& a) { return a.name == n.name; });
    if (known || n.name == "average_rate") continue;
    s.arguments.push_back({kind, n.name, names(n.name), atoms_of(n.varies, s.how.memory), -1});
  }
}

}  // namespace

bool sums_over_slices(const signature& s) {
  return std::any_of(s.arguments.begin(), s.arguments.end(),
                     [](const argument& a) { return a.kind == argument_kind::gradient; });
}

element statistics_type(element e) { return e == element::f64 ? element::f64 : element::f32; }

std::string to_text(element e) {
  switch (e) {
    case element::f32: return "f32";
    case element::f64: return "f64";
    case element::bf16: return "bf16";
    case element::f16: return "f16";
  }
  return "";
}

std::string c_type(element e) {
  switch (e) {
    case element::f32: return "float";
    case element::f64: return "double";
    case element::bf16: return "normfold_bf16";
    case element::f16: return "normfold_f16";
  }
  return "";
}

std::string order_name(const ir::graph& g, const std::vector<int>& atoms) {
  std::vector<std::string> axes;
  bool dots = false;
  for (int a : atoms) {
    const ir::axis& axis = g.axes[static_cast<std::size_t>(g.atoms[static_cast<std::size_t>(a)].axis)];
    if (!axes.empty() && axes.back() == axis.name) continue;
    axes.push_back(axis.name);
    dots = dots || axis.name.size() > 1;
  }
  std::string out;
  for (const std::string& a : axes) out += (dots && !out.empty() ? "." : "") + a;
  return out;
}

std::string extent_text(const signature& s, int atom) {
  const ir::atom& a = s.g.atoms[static_cast<std::size_t>(atom)];
  const ir::axis& axis = s.g.axes[static_cast<std::size_t>(a.axis)];
  const auto id_of = [&](auto match, std::size_t fixed) -> std::string {
    for (const extent& e : s.extents)
      if (match(e)) return e.id;
    return std::to_string(fixed);
  };
  const std::string whole = id_of([&](const extent& e) { return e.axis == a.axis; }, axis.extent);
  if (a.which == ir::part::whole) return whole;
  const int group_atom = a.which == ir::part::group ? atom : atom - 1;
  const std::string groups = id_of([&](const extent& e) { return e.group_atom == group_atom; },
                                   s.g.atoms[static_cast<std::size_t>(group_atom)].extent);
  return a.which == ir::part::group ? groups : "(" + whole + " / " + groups + ")";
}

signature make_signature(const ir::graph& layer, const variant& how) {
  signature s;
  s.how = how;
  s.g = for_direction(layer, how.what);
  const bool frozen = how.what == direction::backward_frozen;
  const ir::graph forward =
      !is_backward(how.what) ? s.g : for_direction(layer, frozen ? direction::infer : direction::train);
  for (const ir::node& n : forward.nodes)
    if (is_reduction(n.op)) s.averaged |= n.over;
  const ir::graph computed = is_backward(how.what) ? s.g : as_multiply_add(s.g);
  s.collected = computed.nodes != s.g.nodes;
  s.sweeps = make_plan(join_offsets(join_factors(shift_moments(two_levels(rescale(computed), how.memory.atoms)))),
                       how.memory.atoms, how.strided);
  s.name = layer.name + (how.what == direction::infer ? "" : "_" + to_text(how.what)) + "_" + to_text(how.type);
  for (char c : how.memory.name.empty() ? "" : "_" + how.memory.name) s.name += c == '.' ? '_' : c;

  unique_names names;
  for (const loop& l : s.sweeps.loops)  // taken by generated code
    for (const char* prefix : {"n_", "i_", "lead_"}) names(prefix + l.name);
  for (std::size_t i = 0; i < s.g.names.size(); ++i) {
    const ir::named_node& n = s.g.names[i];
    if (n.what == ir::role::label) continue;
    const argument_kind kind = n.what == ir::role::output      ? argument_kind::output
                               : n.what == ir::role::gradient  ? argument_kind::gradient
                               : n.what == ir::role::statistic ? argument_kind::statistic
                                                               : argument_kind::kept;
    s.arguments.push_back({kind, n.name, names(n.name),
                           atoms_of(s.g.nodes[static_cast<std::size_t>(n.node)].varies, how.memory),
                           static_cast<int>(i)});
  }
  if (s.g.running && s.g.running->rule == ir::update::average && how.what == direction::train)
    s.arguments.push_back({argument_kind::count, "batches", names("batches"), {}, -1});
  // Gradients of outputs, then x, then the other operands.
  if (is_backward(how.what))
    for (const ir::named_node& n : layer.names)
      if (n.what == ir::role::output) add_leaves(s, "input", argument_kind::input, names, "d" + n.name);
  add_leaves(s, "input", argument_kind::input, names, "x");
  add_leaves(s, "input", argument_kind::input, names);
  if (is_backward(how.what))  // as in the layer's other functions
    for (const ir::named_node& n : layer.names)
      for (const std::string& name : {n.name, "running_" + n.name})
        add_leaves(s, "given", argument_kind::given, names, name);
  add_leaves(s, "given", argument_kind::given, names);
  if (is_backward(how.what))
    for (const ir::node& n : layer.nodes)
      if (n.op == "parameter") add_leaves(s, "parameter", argument_kind::parameter, names, n.name);
  add_leaves(s, "parameter", argument_kind::parameter, names);

  for (std::size_t a = 0; a < layer.axes.size(); ++a)
    if (layer.axes[a].extent == 0) s.extents.push_back({names(layer.axes[a].name), static_cast<int>(a), -1});
  for (std::size_t a = 0; a < layer.atoms.size(); ++a)
    if (layer.atoms[a].which == ir::part::group && layer.atoms[a].extent == 0)
      s.extents.push_back({names(layer.atoms[a].name), -1, static_cast<int>(a)});
  if (!how.strided) return s;
  const int innermost = layer.atoms[static_cast<std::size_t>(how.memory.atoms.back())].axis;
  for (std::size_t i = 0; i < s.arguments.size(); ++i) {
    const argument& a = s.arguments[i];
    if (a.atoms.size() != layer.atoms.size() || a.kind == argument_kind::parameter || a.kind == argument_kind::gradient)
      continue;
    int last = innermost;
    for (int atom : a.atoms) {
      const int axis = layer.atoms[static_cast<std::size_t>(atom)].axis;
      if (axis == innermost || axis == last) continue;
      last = axis;
      s.strides.push_back(
          {names(a.id + "_stride_" + layer.axes[static_cast<std::size_t>(axis)].name), static_cast<int>(i), axis});
    }
  }
  return s;
}

}  // namespace normfold::gen
