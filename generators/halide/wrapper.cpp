// The C function around a kernel of Halide's: checks, buffers, call.
#include "wrapper.hpp"

#include <set>

#include "../declaration.hpp"
#include "../wrapper.hpp"
#include "generator.hpp"
#include "project.hpp"

namespace normfold::gen::halide {

using ir::has;

namespace {

std::string type_text(element e) {
  switch (e) {
    case element::f32: return "halide_type_t(halide_type_float, 32)";
    case element::f64: return "halide_type_t(halide_type_float, 64)";
    case element::bf16: return "halide_type_t(halide_type_uint, 16)";
    case element::f16: return "halide_type_t(halide_type_float, 16)";
  }
  return "";
}

// "{{n_c, 1}, {n_nt, n_c}}", the innermost axis first.
std::string axes_text(const signature& s, const algorithm& a, std::size_t tensor_number) {
  const tensor& t = a.k().tensors[tensor_number];
  const argument& arg = s.arguments[static_cast<std::size_t>(a.k().argument[tensor_number])];
  std::string out, dense = "1";
  for (int l : a.inner_first(t.varies)) {
    const std::string n = a.extent(l);
    std::string stride = dense;
    if (t.strided && !out.empty()) stride = stride_text(s, arg, static_cast<std::size_t>(l));
    out += (out.empty() ? "{" : ", {") + n + ", " + stride + "}";
    dense = dense == "1" ? n : dense + " * " + n;
  }
  return "{" + out + "}";
}

element type_of(const signature& s, const argument& a) {
  return a.kind == argument_kind::count ? statistics_type(s.how.type) : memory_type(s, a);
}

ir::atom_set loops_of_slices(const plan& p) {
  ir::atom_set kept = p.all_loops();
  for (const pass& q : p.passes) kept &= ~q.over;
  return kept;
}

// Whether the outermost loop goes from slice to slice, and nothing else does: each writes single runs of memory. Loops within
// a slice may have strides of their own.
bool slices_are_runs(const algorithm& a) {
  return a.is_resident() && loops_of_slices(a.p()) == 1 && (!a.p().strided || a.p().loops.size() == 2);
}

// "n_c * sizeof(float), n_c * sizeof(float)": how far apart and how long the runs are that belong to one slice each, where slices are
// such. Empty for what does not vary with the slice.
std::string runs_text(const algorithm& a, const signature& s, std::size_t tensor_number) {
  const plan& p = a.p();
  const tensor& t = a.k().tensors[tensor_number];
  const argument& arg = s.arguments[static_cast<std::size_t>(a.k().argument[tensor_number])];
  if (!slices_are_runs(a) || !has(t.varies, 0)) return "";
  std::string run;
  for (std::size_t l = 1; l < p.loops.size(); ++l)
    if (has(t.varies, static_cast<int>(l))) run += a.extent(static_cast<int>(l)) + " * ";
  const std::string size = "sizeof(" + c_type(type_of(s, arg)) + ")";
  return (t.strided ? stride_text(s, arg, 0) + " * " : run) + size + ", " + run + size;
}

// "const size_t n_c = n_g * n_c_g;"
void print_joined(const algorithm& a, writer& out) {
  if (a.joined() == 0) return;
  std::string product;
  for (std::size_t l = 0; l < a.p().loops.size(); ++l)
    if (has(a.joined(), static_cast<int>(l))) product += (product.empty() ? "" : " * ") + a.extent(static_cast<int>(l));
  out.line("const size_t " + a.extent(static_cast<int>(a.p().loops.size())) + " = " + product + ";");
}

void print_call(const library& lib, const algorithm& a, const signature& s, writer& out) {
  const kernel& k = a.k();
  const plan& p = a.p();  // whose names the kernel has
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    out.line("const size_t n_" + p.loops[l].name + " = " + product_text(s, s.sweeps.loops[l].atoms) + ";");
  print_leading(p, out);
  print_joined(a, out);
  std::string inputs, outputs, read, written;
  for (const argument& arg : s.arguments)
    if (arg.kind == argument_kind::count) {
      const std::string type = c_type(statistics_type(s.how.type));
      out.line("const " + type + " average_rate = 1 / static_cast<" + type + ">(*" + arg.id + " + 1);");
    }
  for (std::size_t t = 0; t < k.tensors.size(); ++t) {
    const argument& arg = s.arguments[static_cast<std::size_t>(k.argument[t])];
    const bool count = arg.kind == argument_kind::count;
    out.code("normfold::halide_tensor t_" + arg.id + "(" + (count ? "&average_rate" : arg.id) + ", " +
             type_text(type_of(s, arg)) + ", " + axes_text(s, a, t) + ");");
    if (const std::string runs = runs_text(a, s, t); !runs.empty()) out.code("t_" + arg.id + ".in_runs(" + runs + ");");
    if (a.input_id(static_cast<int>(t)).empty()) continue;
    inputs += ", buffer_of(t_" + arg.id + ")";
    read += (read.empty() ? "&t_" : ", &t_") + arg.id;
  }
  for (const output_group& g : a.outputs())
    for (int t : g.tensors) {
      const std::string& id = s.arguments[static_cast<std::size_t>(k.argument[static_cast<std::size_t>(t)])].id;
      outputs += ", buffer_of(t_" + id + ")";
      written += (written.empty() ? "&t_" : ", &t_") + id;
    }
  for (const std::string& id : a.scalars()) inputs += ", static_cast<int32_t>(" + id + ")";
  const std::string total = product_text(s, s.how.memory.atoms);
  const std::string bytes = a.iteration_elements() + " * sizeof(" + c_type(s.how.type) + ")";
  bool counts = false;
  for (const argument& arg : s.arguments) counts = counts || arg.kind == argument_kind::count;
  const std::string name = symbol(lib, k, s);
  out.open(wrapped(std::string(counts ? "const normfold_status done = " : "return ") +
                   "normfold::halide_call(context, " + name + "_metadata(), " + bytes + ", " +
                   (slices_are_runs(a) ? a.extent(0) : "0") + ", {" + read + "}, {" + written +
                   "}, [&](const void* user_context, auto&& buffer_of) {"));
  out.code("return " + name + "(user_context" + inputs + outputs + ");");
  out.close("});");
  if (!counts) return;
  for (const argument& arg : s.arguments)
    if (arg.kind == argument_kind::count) out.line("if (done == NORMFOLD_OK) ++*" + arg.id + ";");
  out.line("return done;");
}

}  // namespace

std::string wrappers_text(const library& lib, const std::vector<shared_kernel>& kernels) {
  writer out;
  out.comment("The C functions of " + lib.asked.name +
              ", generated by Normfold: checks, then a kernel that Halide compiled from " + lib.asked.name +
              "_generators.cpp.");
  out.line("#include \"" + lib.asked.name + ".h\"\n");
  out.line("#include \"normfold/runtime/arguments.h\"");
  out.line("#include \"normfold/runtime/halide_call.h\"");
  out.line("#include \"normfold/runtime/workspace.h\"\n");
  out.line("extern \"C\" {");
  for (const shared_kernel& made : kernels) {
    const algorithm a(made.k);
    std::set<std::string> known;
    std::size_t buffers = 0;
    for (std::size_t t = 0; t < made.k.tensors.size(); ++t)
      buffers += a.input_id(static_cast<int>(t)).empty() ? 0u : 1u;
    std::string types = "const void*";
    for (std::size_t i = 0; i < buffers; ++i) types += ", halide_buffer_t*";
    for (std::size_t i = 0; i < a.scalars().size(); ++i) types += ", int32_t";
    for (const output_group& g : a.outputs())
      for (std::size_t i = 0; i < g.tensors.size(); ++i) types += ", halide_buffer_t*";
    for (const signature* s : made.users) {
      const std::string name = symbol(lib, made.k, *s);
      if (!known.insert(name).second) continue;
      out.line(wrapped("int " + name + "(" + types + ");"));
      out.line("const halide_filter_metadata_t* " + name + "_metadata();");
    }
  }
  out.line("}");
  for (const shared_kernel& made : kernels) {
    algorithm a(made.k);
    writer unused;
    a.print(unused);  // tells what it allocates
    for (const signature* s : made.users) {
      out.line();
      if (needs_workspace(s->sweeps)) print_workspace(*s, made.k.first->sweeps, a.workspace_lines(), out);
      open_checked(*s, out);
      print_call(lib, a, *s, out);
      out.close();
    }
  }
  return out.str();
}

}  // namespace normfold::gen::halide
