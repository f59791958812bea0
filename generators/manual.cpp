// The manual of one function, from its signature and graph alone. A new kind of argument is one line in `meaning`.
#include "manual.hpp"

#include <algorithm>

#include "declaration.hpp"
#include "formula.hpp"
#include "ops.hpp"
#include "text.hpp"

namespace normfold::gen {

using ir::has;

namespace {

const ir::node& at(const ir::graph& g, int i) { return g.nodes[static_cast<std::size_t>(i)]; }

std::string joined(const std::vector<std::string>& parts, const std::string& by, const std::string& last) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : i + 1 == parts.size() ? last : by) + parts[i];
  return out;
}

// The axes of some atoms: "C" for G and C/G together, "G" or "C / G" where only one of them is there.
std::vector<std::string> axes_of(const signature& s, const std::vector<int>& atoms) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const ir::atom& a = s.g.atoms[static_cast<std::size_t>(atoms[i])];
    if (a.which == ir::part::group && i + 1 < atoms.size() && atoms[i + 1] == atoms[i] + 1) {
      std::string whole = extent_text(s, atoms[++i]);
      out.push_back(whole.substr(1, whole.find(" / ") - 1));
    } else {
      std::string text = extent_text(s, atoms[i]);
      out.push_back(a.which == ir::part::member ? text.substr(1, text.size() - 2) : text);
    }
  }
  return out;
}

std::vector<int> atoms_in(const signature& s, ir::atom_set set) {
  std::vector<int> out;
  for (std::size_t a = 0; a < s.g.atoms.size(); ++a)
    if (has(set, static_cast<int>(a))) out.push_back(static_cast<int>(a));
  return out;
}

// "over(C)", "over(first(6.25_percent, C))": the words of the language.
std::string scope_text(const signature& s, const ir::node& n) {
  std::vector<std::string> axes;
  for (int a : atoms_in(s, n.over)) {
    std::string axis = s.g.atoms[static_cast<std::size_t>(a)].name;
    if (const std::size_t cut = axis.find('/'); cut != std::string::npos) axis.replace(cut, 1, " / ");
    if (n.first && n.first->atom == a)
      axis = "first(" +
             (n.first->percent > 0 ? number(n.first->percent) + "_percent" : std::to_string(n.first->count)) + ", " +
             axis + ")";
    axes.push_back(axis);
  }
  return "over(" + joined(axes, ", ", ", ") + ")";
}

// The value of `node` written out down to the next named value.
std::string value_text(const signature& s, int node) {
  const std::function<std::string(int)> name_of = [&](int i) -> std::string {
    const ir::node& n = at(s.g, i);
    if (n.op == "input" || n.op == "given" || n.op == "parameter") {
      for (const argument& a : s.arguments)
        if (a.name == n.name) return a.id;
      return n.name;
    }
    if (is_leaf(n.op)) return "";
    for (const ir::named_node& named : s.g.names) {
      if (named.node != i || named.what == ir::role::kept) continue;
      for (const argument& a : s.arguments)
        if (a.name == named.name) return a.id;
      return named.name;
    }
    return is_reduction(n.op) ? value_text(s, i) : "";
  };
  const ir::node& n = at(s.g, node);
  if (is_leaf(n.op)) return name_of(node).empty() ? formula(s.g, node, name_of) : name_of(node);
  std::string text = formula(s.g, node, name_of);
  if (is_reduction(n.op)) text.insert(text.find('(') + 1, scope_text(s, n) + ", ");
  return text;
}

void print_formulas(const signature& s, writer& out) {
  std::vector<std::pair<std::string, std::string>> lines;
  bool counts = false, averages = false;
  for (const ir::node& n : s.g.nodes) {
    counts = counts || n.op == "count";
    averages = averages || n.name == "average_rate";
  }
  for (const ir::named_node& n : s.g.names) {
    if (n.what == ir::role::label && is_leaf(at(s.g, n.node).op)) continue;
    std::string name = n.name;
    for (const argument& a : s.arguments)
      if (a.name == n.name && a.kind <= argument_kind::kept) name = a.id;
    const std::pair line(name, value_text(s, n.node));
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
  if (averages) lines.emplace_back("average_rate", "1 / (batches + 1), and batches grows by 1");
  if (counts) lines.emplace_back("count", "the number of elements of one statistic");
  std::size_t width = 0;
  for (const auto& [name, text] : lines) width = std::max(width, name.size());
  for (const auto& [name, text] : lines)
    out.comment(name + std::string(width - name.size(), ' ') + " = " + text, "/// ");
}

std::string meaning(const signature& s, const argument& a) {
  if (a.kind == argument_kind::kept) return "updated in place";
  if (a.kind == argument_kind::gradient) return "overwritten, not added to";
  if (a.kind == argument_kind::count)
    return "how many batches the running statistics have seen: starts at 0, grows by 1";
  if (a.kind != argument_kind::output) return "";
  std::vector<std::string> same;
  for (const argument& other : s.arguments)
    if (other.kind == argument_kind::input && other.atoms == a.atoms) same.push_back(other.id);
  return same.empty() ? "" : "may be exactly " + joined(same, ", ", " or ");
}

void print_arguments(const signature& s, writer& out) {
  std::size_t widest = 0, longest = 0;
  const auto shape = [&](const argument& a) {
    return a.atoms.empty() ? std::string("scalar") : "[" + joined(axes_of(s, a.atoms), ", ", ", ") + "]";
  };
  for (const argument& a : s.arguments) {
    widest = std::max(widest, a.id.size());
    longest = std::max(longest, shape(a).size());
  }
  for (const argument& a : s.arguments) {
    const bool both = a.kind == argument_kind::kept || a.kind == argument_kind::count;
    std::string text = a.id + std::string(widest - a.id.size(), ' ') +
                       (both           ? "  in-out  "
                        : a.is_const() ? "  in      "
                                       : "  out     ") +
                       shape(a);
    if (const std::string more = meaning(s, a); !more.empty())
      text += std::string(longest - shape(a).size(), ' ') + "  " + more;
    out.comment(text, "/// ");
  }
  std::vector<std::string> ids;
  for (const stride& t : s.strides) ids.push_back(t.id);
  for (const extent& e : s.extents)
    if (e.group_atom >= 0)
      out.comment(e.id + std::string(widest - std::min(widest, e.id.size()), ' ') + "  in      groups of " +
                      axes_of(s, {e.group_atom, e.group_atom + 1})[0],
                  "/// ");
  if (!ids.empty())
    out.comment(joined(ids, ", ", ", ") + ": distance in elements of neighbours along that axis", "/// ");
}

// The extents that are 0 where one of `atoms` is empty, as arguments.
std::vector<std::string> run_time_extents(const signature& s, const std::vector<int>& atoms) {
  std::vector<std::string> out;
  for (int atom : atoms)
    for (const extent& e : s.extents) {
      const ir::atom& a = s.g.atoms[static_cast<std::size_t>(atom)];
      if (a.which != ir::part::group && e.axis == a.axis && std::find(out.begin(), out.end(), e.id) == out.end())
        out.push_back(e.id);
    }
  return out;
}

// "N * H * W": the number of elements that a statistic with Bessel's correction sees; "" where there is none.
std::string counted(const signature& s) {
  std::string out;
  if (s.how.what != direction::train || !s.g.running || s.g.running->biased) return out;
  for (const ir::node& n : s.g.nodes)
    if (n.op == "count" && out.empty())
      for (int a : atoms_in(s, n.over)) out += (out.empty() ? "" : " * ") + extent_text(s, a);
  return out;
}

// A line a status that is this function's own, and what is done about empty tensors.
void print_answers(const signature& s, writer& out) {
  std::vector<int> kept, reduced;
  for (std::size_t i = 0; i < s.g.atoms.size(); ++i)
    (has(s.averaged, static_cast<int>(i)) ? reduced : kept).push_back(static_cast<int>(i));
  const std::vector<std::string> nothing = run_time_extents(s, kept), mistake = run_time_extents(s, reduced);
  std::vector<std::pair<std::string, std::string>> lines;
  if (!nothing.empty())
    lines.emplace_back("NORMFOLD_OK",
                       "also where " + joined(nothing, ", ", " or ") + " = 0: " +
                           (sums_over_slices(s) ? "gradients of parameters are then 0" : "there is nothing to write"));
  if (!mistake.empty())
    lines.emplace_back("NORMFOLD_EMPTY_AXIS",
                       joined(mistake, ", ", " or ") + " = 0" +
                           (nothing.empty() ? ""
                                            : " while " + joined(nothing, ", ", " and ") +
                                                  (nothing.size() > 1 ? " are not" : " is not")));
  for (std::size_t i = 0; i < s.g.atoms.size(); ++i)
    if (s.g.atoms[i].which == ir::part::group) {
      const int group = static_cast<int>(i);
      const std::string groups = extent_text(s, group);
      lines.emplace_back("NORMFOLD_NOT_DIVISIBLE", axes_of(s, {group, group + 1})[0] + " is not a multiple of " +
                                                       groups +
                                                       (s.g.atoms[i].extent == 0 ? ", or " + groups + " = 0" : ""));
    }
  if (const std::string n = counted(s); !n.empty())
    lines.emplace_back("NORMFOLD_ONE_ELEMENT", n + " = 1: its unbiased variance does not exist");
  if (!s.strides.empty())
    lines.emplace_back("NORMFOLD_BAD_STRIDE", "strides make elements of an output share an address");
  if (needs_workspace(s.sweeps))
    lines.emplace_back("NORMFOLD_WORKSPACE", "context->workspace lacks the bytes that <name>_workspace() asks for");
  if (lines.empty()) return;
  out.line("///");
  std::size_t width = 0;
  for (const auto& [status, text] : lines) width = std::max(width, status.size());
  for (const auto& [status, text] : lines)
    out.comment(status + std::string(width - status.size() + 2, ' ') + text, "/// ");
}

// What follows from given statistics, and what it costs.
void print_collected(const signature& s, writer& out) {
  if (!s.collected) return;
  const std::string unit = statistics_type(s.how.type) == element::f64 ? "2^-53" : "2^-24";
  out.line("///");
  out.comment(
      "Computed as x * a + b, one multiply-add an element, with a and b formed once from what is given. Rounding b "
      "adds an error of " +
          unit +
          " * |b| to y, about three times that without fused multiply-add: the last "
          "digits, as long as the mean is no more than a few deviations.",
      "/// ");
}

}  // namespace

std::string comment_safe(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
    else if (c == '\\') c = '/';
  return text;
}

std::string manual(const signature& s) {
  writer out;
  print_formulas(s, out);
  print_collected(s, out);
  out.line("///");
  print_arguments(s, out);
  print_answers(s, out);
  std::string text = out.str();
  text.pop_back();
  return text;
}

}  // namespace normfold::gen
