// Prints graphs: as formulas a person reads, and node by node for `--graph`.
#include "formula.hpp"

#include <cstdio>

#include "ops.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

int precedence(const ir::node& n) {
  if (n.op == "less" || n.op == "less_equal") return 0;
  if (n.op == "add" || n.op == "sub") return 1;
  if (n.op == "mul" || n.op == "div" || n.op == "neg") return 2;
  return n.op == "constant" && n.value < 0 ? 2 : 3;
}

}  // namespace

std::string number(double value) {
  char text[40];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    double back = 0;
    std::sscanf(text, "%lf", &back);
    if (back == value) break;
  }
  return text;
}

std::string formula(const ir::graph& g, int node, const std::function<std::string(int)>& name_of) {
  const ir::node& n = g.nodes[static_cast<std::size_t>(node)];
  const std::string_view text = find_op(n.op).text;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      out += text[i];
      continue;
    }
    const std::size_t end = text.find('}', i);
    const std::string_view slot = text.substr(i + 1, end - i - 1);
    i = end;
    if (slot == "name") out += n.name;
    else if (slot == "value") out += number(n.value);
    else {
      const std::size_t index = static_cast<std::size_t>(slot[0] - '0');
      const int arg = n.args[index];
      std::string part = name_of(arg);
      if (part.empty()) {
        part = formula(g, arg, name_of);
        const int inner = precedence(g.nodes[static_cast<std::size_t>(arg)]);
        const int outer = precedence(n);
        if (outer < 3 && (inner < outer ||
                          (inner == outer && index == 1 && g.nodes[static_cast<std::size_t>(arg)].op != "constant")))
          part = "(" + part + ")";
      }
      out += part;
    }
  }
  return out;
}

std::string formula(const ir::graph& g, int node, bool expand_names) {
  return formula(g, node, [&](int i) -> std::string {
    for (const ir::named_node& n : g.names)
      if (n.node == i && (i != node || !expand_names) && n.what != ir::role::kept) return n.name;
    return "";
  });
}

std::string atoms_text(const ir::graph& g, ir::atom_set set) {
  std::string out;
  for (std::size_t a = 0; a < g.atoms.size(); ++a)
    if ((set >> a & 1) != 0) out += (out.empty() ? "" : ", ") + g.atoms[a].name;
  return out;
}

std::string to_text(const ir::graph& g) {
  std::string out = g.name + ":\n";
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    const ir::node& n = g.nodes[i];
    out += "  %" + std::to_string(i) + " = " + n.op;
    if (!n.name.empty()) out += " " + n.name;
    if (n.op == "constant") out += " " + number(n.value);
    for (int a : n.args) out += " %" + std::to_string(a);
    if (n.over != 0) out += " over(" + atoms_text(g, n.over) + ")";
    if (n.first)
      out += " first(" + (n.first->percent > 0 ? number(n.first->percent) + "%" : std::to_string(n.first->count)) +
             ", " + g.atoms[static_cast<std::size_t>(n.first->atom)].name + ")";
    out += "  [" + atoms_text(g, n.varies) + "]\n";
  }
  for (const ir::named_node& n : g.names) out += "  " + n.name + " = %" + std::to_string(n.node) + "\n";
  return out;
}

}  // namespace normfold::gen
