// describe(layer): the layer printed back, a line a step, in its own language. source(layer): the same in one line.
// Plain functions over the flat form; a new op needs nothing here unless it is written between its arguments.
#pragma once

#include <charconv>
#include <string>
#include <vector>

#include "layer.hpp"

namespace normfold {
namespace detail {

inline std::string print_number(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof(text), value).ptr);
}
inline std::string print_number(std::uint64_t value) { return std::to_string(value); }

inline std::string quoted(std::string_view name) { return "<\"" + std::string(name) + "\">"; }

/// How an op is written: between its arguments with this rank, or as a function.
struct infix {
  std::string_view op, sign;
  int rank;
};
inline constexpr infix infixes[] = {{"less", " < ", 1}, {"less_equal", " <= ", 1}, {"add", " + ", 2},
                                    {"sub", " - ", 2},  {"mul", " * ", 3},         {"div", " / ", 3}};

inline std::string print(const flat_view& tree, int rank = 0);

/// The children from number `from` on, with commas.
inline std::string print_children(const flat_view& tree, int from = 0) {
  std::string text;
  for (int i = from; i < tree.head().children; ++i) text += (i > from ? ", " : "") + print(tree.child(i));
  return text;
}

inline std::string print_elementwise(const flat_view& tree, int rank) {
  const term& head = tree.head();
  for (const infix& each : infixes) {
    if (each.op != head.text) continue;
    const std::string text =
        print(tree.child(0), each.rank) + std::string(each.sign) + print(tree.child(1), each.rank + 1);
    return each.rank < rank ? "(" + text + ")" : text;
  }
  if (head.text == "neg") return "-" + print(tree.child(0), 4);
  return std::string(head.text == "storage" ? "rounded" : head.text) + "(" + print_children(tree) + ")";
}

inline std::string print_reduction(const flat_view& tree) {
  std::string_view op = tree.head().text;
  if (op.starts_with("reduce_")) op.remove_prefix(7);
  const std::string axes = tree.head().children == 2 ? print(tree.child(1)) + ", " : "";
  return std::string(op) + "(" + axes + print(tree.child(0)) + ")";
}

inline std::string print_running(const term& running) {
  std::string text = "running(" + std::string(running.text);
  if (running.text != "average") text += " = " + print_number(running.value);
  return text + (running.group.empty() ? ")" : ", biased)");
}

inline std::string print(const flat_view& tree, int rank) {
  const term& head = tree.head();
  const std::string name(head.text);
  switch (head.is) {
    case kind::current: return "x";
    case kind::constant: {
      const std::string number = print_number(head.value);
      return head.value < 0 && rank > 2 ? "(" + number + ")" : number;
    }
    case kind::parameter: {
      const std::string word = name == "weight" || name == "bias" ? name : "param" + detail::quoted(name);
      return word + "(" + print_children(tree) + ")";
    }
    case kind::operand: return "operand" + detail::quoted(name);
    case kind::elementwise: return print_elementwise(tree, rank);
    case kind::reduction: return print_reduction(tree);
    case kind::name:
      return head.group == "quiet" ? print(tree.child(0), rank)
                                   : "named" + detail::quoted(name) + "(" + print_children(tree) + ")";
    case kind::kept: return print(tree.child(0), rank);
    case kind::axis: return head.count > 0 ? name + "(" + print_number(head.count) + ")" : name;
    case kind::split: return name + " / " + (head.group.empty() ? print_number(head.count) : std::string(head.group));
    case kind::first: {
      const std::string share = head.count > 0 ? print_number(head.count) : print_number(head.value) + "_percent";
      return "first(" + share + ", " + print_children(tree) + ")";
    }
    case kind::over: return "over(" + print_children(tree) + ")";
    case kind::call: return head.count > 0 ? name + "(" + print_children(tree) + ")" : name;
    case kind::option: {
      const std::string number = print_number(head.value);
      return name + " = " + (head.group.empty() ? number : std::string(head.group) + "(" + number + ")");
    }
    case kind::step: {
      const std::string word = print(tree.child(1));
      return word.empty() ? "[](auto x) { return " + print(tree.child(0)) + "; }" : word;
    }
    case kind::output: return "output" + detail::quoted(name);
    case kind::running: return print_running(head);
    case kind::layer: return "layer" + detail::quoted(name) + "(" + print_children(tree) + ")";
  }
  return {};
}

/// What a step does, for one line of describe().
inline std::string print_step(const flat_view& step) {
  if (step.head().is != kind::step) return print(step);
  const std::string word = print(step.child(1));
  return (word.empty() ? "formula" : word) + ": " + print(step.child(0));
}

/// Calls a plain function with the flat form of a layer, numbers included.
template <class... Steps, class Function>
constexpr auto with_flat(const layer_<Steps...>& layer, const Function& function) {
  return hana::unpack(layer.steps, [&function](const Steps&... steps) {
    return [&function](const auto&... lists) {
      const flat_view views[] = {flat_view{lists.data(), static_cast<int>(lists.size())}...};
      return function(flat_layer{views, sizeof...(lists)});
    }(flatten(steps)...);
  });
}

inline std::vector<std::string> print_steps(const flat_layer& layer) {
  std::vector<std::string> lines;
  for (int i = 1; i < layer.size; ++i) lines.push_back(print_step(layer[i]));
  return lines;
}

inline std::string print_source(const flat_layer& layer) {
  std::string text = print(layer.head());
  for (int i = 1; i < layer.size; ++i) text += " | " + print(layer[i]);
  return text;
}

inline std::string print_layer(const flat_layer& layer) {
  std::string text = print(layer.head()) + "\n";
  for (int i = 1; i < layer.size; ++i) text += "  " + print_step(layer[i]) + "\n";
  return text;
}

}  // namespace detail

/// The layer on the first line, then a line a step: its word and the formula that the word is.
template <class... Steps>
std::string describe(const layer_<Steps...>& layer) {
  return detail::with_flat(layer, detail::print_layer);
}

/// The layer in one line, as a person would write it.
template <class... Steps>
std::string source(const layer_<Steps...>& layer) {
  return detail::with_flat(layer, detail::print_source);
}

inline std::string describe(const invalid&) { return {}; }
inline std::string source(const invalid&) { return {}; }

}  // namespace normfold
