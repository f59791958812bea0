// The part of a C function that every backend shares: its head and the checks of its arguments.
#include "wrapper.hpp"

#include <algorithm>
#include <cctype>

#include "declaration.hpp"
#include "formula.hpp"
#include "library.hpp"
#include "ops.hpp"

namespace normfold::gen {

using ir::has;

namespace {

std::string extents_list(const signature& s, const argument& a) {
  std::string out = "{";
  for (int atom : a.atoms) out += (out.size() > 1 ? ", " : "") + extent_text(s, atom);
  return out + "}";
}

bool has_word(const std::string& text, const std::string& word) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    if ((at == 0 || !is_letter(text[at - 1])) &&
        (at + word.size() == text.size() || !is_letter(text[at + word.size()])))
      return true;
  return false;
}

std::string stride_list(const signature& s, const argument& a) {
  std::string out = "{";
  for (std::size_t i = 0; i + 1 < a.atoms.size(); ++i) out += (i > 0 ? ", " : "") + stride_text(s, a, i);
  return out + "}";
}

const char* sharing_of(argument_kind k) {
  switch (k) {
    case argument_kind::output: return "output";
    case argument_kind::gradient:
    case argument_kind::statistic:
    case argument_kind::kept:
    case argument_kind::count: return "written";
    case argument_kind::input: return "operand";
    case argument_kind::given:
    case argument_kind::parameter: return "parameter";
  }
  return "";
}

// On one line, for another start than it was wrapped for.
std::string unwrapped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\n') out += text[i];
    else i = text.find_first_not_of(' ', i + 1) - 1, out += ' ';
  return out;
}

}  // namespace

std::string product_text(const signature& s, const std::vector<int>& atoms) {
  std::string out;
  for (int a : atoms) out += (out.empty() ? "" : " * ") + extent_text(s, a);
  return out.empty() ? "1" : out;
}

std::string stride_text(const signature& s, const argument& a, std::size_t i) {
  const int atom = a.atoms[i];
  const ir::atom& which = s.g.atoms[static_cast<std::size_t>(atom)];
  std::string axis_stride;
  for (const stride& t : s.strides)
    if (t.axis == which.axis && s.arguments[static_cast<std::size_t>(t.argument)].id == a.id) axis_stride = t.id;
  if (which.which != ir::part::group) return axis_stride;
  const std::string members = extent_text(s, atom + 1);
  return axis_stride.empty() ? members : members + " * " + axis_stride;
}

void print_leading(const plan& p, writer& out) {
  for (const ir::node& n : p.g.nodes) {
    if (!n.first) continue;
    const std::string name = p.loops[static_cast<std::size_t>(n.first->atom)].name;
    const std::string text =
        n.first->percent > 0 ? "Percent(" + number(n.first->percent) : "Count(" + std::to_string(n.first->count);
    out.line("const size_t lead_" + name + " = normfold::Leading" + text + ", n_" + name + ");");
    break;
  }
}

void print_workspace(const signature& s, const plan& p, const std::vector<std::string>& needs, writer& out) {
  std::vector<std::string> lines;
  const auto mentioned = [&](const std::string& word) {
    return std::any_of(needs.begin(), needs.end(),
                       [&](const std::string& n) { return n.find(word) != std::string::npos; });
  };
  for (const ir::atom& a : s.g.atoms)
    if (a.which == ir::part::group && a.extent == 0)
      lines.push_back("if (" + extent_text(s, static_cast<int>(&a - s.g.atoms.data())) + " == 0) return 0;");
  for (std::size_t l = 0; l < p.loops.size(); ++l)
    if (const std::string& name = p.loops[l].name; mentioned("n_" + name) || mentioned("lead_" + name))
      lines.push_back("const size_t n_" + name + " = " + product_text(s, s.sweeps.loops[l].atoms) + ";");
  std::string parameters;
  for (const extent& e : s.extents) {
    const bool used =
        std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return has_word(line, e.id); });
    parameters += (parameters.empty() ? "size_t " : ", size_t ") + (used ? e.id : "/*" + e.id + "*/");
  }
  out.open(
      wrapped("extern \"C\" size_t " + s.name + "_workspace(" + (parameters.empty() ? "void" : parameters) + ") {"));
  for (const std::string& line : lines) out.line(line);
  if (mentioned("lead_")) print_leading(p, out);
  out.line("normfold::WorkspaceBytes need(sizeof(" + c_type(statistics_type(s.how.type)) + "));");
  for (const std::string& need : needs) out.line(need);
  out.line("return need.Total();");
  out.close();
}

void open_checked(const signature& s, writer& in) {
  in.open(wrapped("extern \"C\" " + unwrapped(declaration(s, s.name)) + " {"));
  in.line("normfold::arguments check(context);");
  for (const ir::atom& a : s.g.atoms)
    if (a.which == ir::part::group) {
      const int atom = static_cast<int>(&a - s.g.atoms.data());
      std::string whole = extent_text(s, atom + 1);  // "(C / G)"
      whole = whole.substr(1, whole.find(" / ") - 1);
      in.line("check.groups(" + whole + ", " + extent_text(s, atom) + ");");
      in.line("if (check.status() != NORMFOLD_OK) return check.status();");
    }
  for (const argument& a : s.arguments) {
    const bool count = a.kind == argument_kind::count;
    const std::string type = count ? "uint64_t" : c_type(memory_type(s, a));
    const bool strided = s.how.strided && a.atoms.size() == s.g.atoms.size() && a.kind != argument_kind::parameter &&
                         a.kind != argument_kind::gradient;
    in.code(std::string("check.tensor(normfold::sharing::") + sharing_of(a.kind) + ", " + a.id + ", sizeof(" + type +
            "), " + extents_list(s, a) + (strided ? ", " + stride_list(s, a) : "") + ");");
  }
  std::vector<int> kept, reduced;
  for (int a : s.how.memory.atoms) (has(s.averaged, a) ? reduced : kept).push_back(a);
  if (sums_over_slices(s))
    in.line("if (check.no_slice(" + product_text(s, kept) + ")) return check.write_zeros(context);");
  in.line("if (check.decided(" + product_text(s, kept) + ", " + product_text(s, reduced) + ")) return check.status();");
  if (needs_workspace(s.sweeps)) {
    std::string names;
    for (const extent& e : s.extents) names += (names.empty() ? "" : ", ") + e.id;
    in.line("const normfold_status status = check.finish(context, " + s.name + "_workspace(" + names + "));");
  } else {
    in.line("const normfold_status status = check.finish(context, 0);");
  }
  in.line("if (status != NORMFOLD_OK) return status;");
  if (s.how.what == direction::train && s.g.running && !s.g.running->biased)
    for (const ir::node& n : s.g.nodes)
      if (n.op == "sub" &&
          s.g.nodes[static_cast<std::size_t>(n.args[0])].op == "count") {  // n - 1, of the unbiased variance
        std::vector<int> atoms;
        for (int a : s.how.memory.atoms)
          if (has(s.g.nodes[static_cast<std::size_t>(n.args[0])].over, a)) atoms.push_back(a);
        in.line("if (" + product_text(s, atoms) + " == 1) return NORMFOLD_ONE_ELEMENT;");
        break;
      }
}

}  // namespace normfold::gen
