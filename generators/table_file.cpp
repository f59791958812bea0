// Writes <lib>_table.cpp: the functions of a library as the array that normfold/runtime/table.h describes.
#include "declaration.hpp"
#include "library.hpp"
#include "text.hpp"

namespace normfold::gen {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

const char* kind_text(argument_kind kind) {
  switch (kind) {
    case argument_kind::output:
    case argument_kind::gradient: return "NORMFOLD_ARGUMENT_OUTPUT";
    case argument_kind::statistic: return "NORMFOLD_ARGUMENT_STATISTIC";
    case argument_kind::kept: return "NORMFOLD_ARGUMENT_KEPT";
    case argument_kind::count: return "NORMFOLD_ARGUMENT_COUNT";
    case argument_kind::input: return "NORMFOLD_ARGUMENT_INPUT";
    case argument_kind::given: return "NORMFOLD_ARGUMENT_GIVEN";
    case argument_kind::parameter: return "NORMFOLD_ARGUMENT_PARAMETER";
  }
  return "";
}

// "N.T.C": the axes of some atoms; one part of a split axis alone goes by its own name.
std::string axes_text(const ir::graph& g, const std::vector<int>& atoms) {
  std::string out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const ir::atom& a = g.atoms[static_cast<std::size_t>(atoms[i])];
    const bool whole = a.which == ir::part::whole ||
                       (a.which == ir::part::group && i + 1 < atoms.size() && atoms[i + 1] == atoms[i] + 1);
    if (whole && a.which == ir::part::group) ++i;
    out += (out.empty() ? "" : ".") + (whole ? g.axes[static_cast<std::size_t>(a.axis)].name : a.name);
  }
  return out;
}

std::string extent_name(const signature& s, const extent& e) {
  return e.axis >= 0 ? s.g.axes[static_cast<std::size_t>(e.axis)].name
                     : s.g.atoms[static_cast<std::size_t>(e.group_atom)].name;
}

std::string extent_at(std::size_t i) { return "extents[" + std::to_string(i) + "]"; }

void print_call(const signature& s, writer& out) {
  const std::size_t sizes = s.extents.size() + s.strides.size();
  out.open("normfold_status call_" + s.name + "(void* const* buffers, const size_t*" + (sizes > 0 ? " extents" : "") +
           ", const normfold_context* context) {");
  std::vector<std::string> values;
  for (std::size_t i = 0; i < s.arguments.size(); ++i) {
    const argument& a = s.arguments[i];
    values.push_back(std::string("static_cast<") + (a.is_const() ? "const " : "") + c_type(s, a) + "*>(buffers[" +
                     std::to_string(i) + "])");
  }
  for (std::size_t i = 0; i < sizes; ++i) values.push_back(extent_at(i));
  values.push_back("context");
  out.line(call_text("return ::" + s.name, values, 2) + ";");
  out.close();
}

void print_workspace(const signature& s, writer& out) {
  out.open("size_t workspace_of_" + s.name + "(const size_t*" + (s.extents.empty() ? "" : " extents") + ") {");
  std::vector<std::string> values;
  for (std::size_t i = 0; i < s.extents.size(); ++i) values.push_back(extent_at(i));
  out.line(call_text("return ::" + s.name + "_workspace", values, 2) + ";");
  out.close();
}

void print_row_parts(const signature& s, writer& out) {
  out.open("const normfold_argument arguments_of_" + s.name + "[] = {");
  for (const argument& a : s.arguments) {
    const std::string type = a.kind == argument_kind::count ? "u64" : to_text(memory_type(s, a));
    out.line("{" + quoted(a.name) + ", " + kind_text(a.kind) + ", " + quoted(axes_text(s.g, a.atoms)) + ", " +
             quoted(type) + "},");
  }
  out.close("};");
  if (!s.extents.empty() || !s.strides.empty()) {
    std::string names;
    for (const extent& e : s.extents) names += (names.empty() ? "" : ", ") + quoted(extent_name(s, e));
    for (const stride& t : s.strides) names += (names.empty() ? "" : ", ") + quoted(t.id);
    out.line("const char* const extents_of_" + s.name + "[] = {" + names + "};");
  }
  print_call(s, out);
  if (needs_workspace(s.sweeps)) print_workspace(s, out);
  out.line();
}

std::string row_text(const signature& s, std::string_view backend) {
  const std::size_t extents = s.extents.size() + s.strides.size();
  std::string out = "{";
  out += quoted(s.name) + ", " + quoted(s.g.name) + ", " + quoted(to_text(s.how.what)) + ", " +
         quoted(to_text(s.how.type)) + ", " + quoted(axes_text(s.g, s.how.memory.atoms)) + ", " + quoted(backend) +
         ",\n ";
  out += std::to_string(s.arguments.size()) + ", arguments_of_" + s.name + ", " + std::to_string(extents) + ", ";
  out += (extents == 0 ? "nullptr" : "extents_of_" + s.name) + ",\n ";
  out += "call_" + s.name + ", " + (needs_workspace(s.sweeps) ? "workspace_of_" + s.name : "nullptr") + "},";
  return out;
}

}  // namespace

std::string table_text(const library& lib, std::string_view backend) {
  const std::string prefix = "normfold_" + lib.asked.name;
  writer out;
  out.comment("The functions of " + lib.asked.name +
              " as a table that a program can walk; see normfold/runtime/table.h.");
  out.line("#include \"normfold/runtime/table.h\"\n");
  out.line("#include \"" + lib.asked.name + ".h\"\n");
  out.line("extern \"C\" {");
  out.line("extern const normfold_function " + prefix + "_functions[];");
  out.line("extern const size_t " + prefix + "_function_count;");
  out.line("}\n");
  out.line("namespace normfold_table {\nnamespace {\n");
  std::vector<std::string> backends{std::string(backend)};
  if (lib.asked.backends.size() > 1) backends = lib.asked.backends;
  std::size_t count = 0;
  for (const std::string& each : backends)
    for (const signature& s : for_backend(lib, each).functions) print_row_parts(s, out), ++count;
  out.line("}  // namespace\n}  // namespace normfold_table\n");
  out.line("using namespace normfold_table;\n");
  out.open("const normfold_function " + prefix + "_functions[] = {");
  for (const std::string& each : backends)
    for (const signature& s : for_backend(lib, each).functions) out.line(row_text(s, each));
  out.close("};");
  out.line("const size_t " + prefix + "_function_count = " + std::to_string(count) + ";");
  return out.str();
}

}  // namespace normfold::gen
