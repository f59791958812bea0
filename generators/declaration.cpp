// Declarations and calls, wrapped.
#include "declaration.hpp"

#include "library.hpp"

namespace normfold::gen {

element memory_type(const signature& s, const argument& a) {
  if (a.kind == argument_kind::parameter || a.kind == argument_kind::gradient) return s.how.params;
  return a.kind == argument_kind::output || a.kind == argument_kind::input ? s.how.type : statistics_type(s.how.type);
}

std::string c_type(const signature& s, const argument& a) {
  return a.kind == argument_kind::count ? "uint64_t" : c_type(memory_type(s, a));
}

std::string call_text(const std::string& head, const std::vector<std::string>& arguments, std::size_t depth) {
  constexpr std::size_t columns = 118;
  std::string out = head + "(";
  const std::size_t indent = out.size() <= columns / 2 ? out.size() : 4;
  std::size_t used = depth + out.size();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string text = arguments[i] + (i + 1 < arguments.size() ? "," : ")");
    if (i > 0 && used + 1 + text.size() > columns) {
      out += "\n" + std::string(indent, ' ');
      used = depth + indent;
    } else if (i > 0) {
      out += ' ';
      ++used;
    }
    out += text;
    used += text.size();
  }
  return arguments.empty() ? out + ")" : out;
}

std::string declaration(const signature& s, const std::string& name) {
  std::vector<std::string> arguments;
  for (const argument& a : s.arguments)
    arguments.push_back((a.is_const() ? "const " : "") + c_type(s, a) + "* " + a.id);
  for (const extent& e : s.extents) arguments.push_back("size_t " + e.id);
  for (const stride& t : s.strides) arguments.push_back("size_t " + t.id);
  arguments.push_back("const normfold_context* context");
  return call_text("normfold_status " + name, arguments);
}

std::string workspace_declaration(const signature& s) {
  std::vector<std::string> arguments;
  for (const extent& e : s.extents) arguments.push_back("size_t " + e.id);
  if (arguments.empty()) arguments.push_back("void");
  return call_text("size_t " + s.name + "_workspace", arguments);
}

}  // namespace normfold::gen
