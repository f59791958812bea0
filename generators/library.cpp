// From what the command line asks for to the functions of a library.
#include "library.hpp"

#include <algorithm>
#include <set>

#include "gradient.hpp"

namespace normfold::gen {
namespace {

std::vector<std::string> split_order(const std::string& text) {
  std::vector<std::string> out;
  if (text.find('.') == std::string::npos) {
    for (char c : text) out.emplace_back(1, c);
    return out;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('.', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// The atoms of `g` in that order of its axes; empty where the order names other axes.
std::vector<int> atoms_in_order(const ir::graph& g, const std::vector<std::string>& axes) {
  std::vector<int> out;
  if (axes.size() != g.axes.size()) return {};
  for (const std::string& name : axes) {
    const auto axis = std::find_if(g.axes.begin(), g.axes.end(), [&](const ir::axis& a) { return a.name == name; });
    if (axis == g.axes.end()) return {};
    const int number = static_cast<int>(axis - g.axes.begin());
    for (std::size_t a = 0; a < g.atoms.size(); ++a)
      if (g.atoms[a].axis == number) {
        if (std::find(out.begin(), out.end(), static_cast<int>(a)) != out.end()) return {};
        out.push_back(static_cast<int>(a));
      }
  }
  return out.size() == g.atoms.size() ? out : std::vector<int>{};
}

std::vector<int> own_order(const ir::graph& g) {
  std::vector<int> out;
  for (std::size_t a = 0; a < g.atoms.size(); ++a) out.push_back(static_cast<int>(a));
  return out;
}

// d<name> is the gradient of <name>: nothing else of the layer may be called that.
void check_gradient_names(const ir::graph& g) {
  std::set<std::string> names, differentiated;
  for (const ir::named_node& n : g.names) {
    names.insert(n.name);
    if (n.what == ir::role::output) differentiated.insert(n.name);
  }
  for (const ir::node& n : g.nodes)
    if (n.op == "input" || n.op == "parameter") names.insert(n.name), differentiated.insert(n.name);
  for (const std::string& name : differentiated)
    if (names.count("d" + name) != 0)
      throw user_error{"the layer '" + g.name + "' has something named 'd" + name + "', and so is the gradient of '" +
                       name + "' in its backward functions; rename it"};
}

}  // namespace

library make_library(const request& asked, const std::vector<ir::graph>& layers) {
  library lib;
  lib.asked = asked;
  std::set<std::string> names;
  for (const ir::graph& g : layers) {
    lib.layers.push_back(canonical(g));
    if (!names.insert(g.name).second)
      throw user_error{"two layers are named '" + g.name + "'; each function needs a name of its own: rename one"};
  }
  std::set<std::string> used;
  for (const ir::graph& g : lib.layers) {
    std::vector<order> orders;
    const auto add = [&](order o) {
      if (std::none_of(orders.begin(), orders.end(), [&](const order& k) { return k.atoms == o.atoms; }))
        orders.push_back(std::move(o));
    };
    if (asked.orders.empty()) add({"", own_order(g)});
    for (const std::string& text : asked.orders) {
      const std::vector<int> atoms = atoms_in_order(g, split_order(text));
      if (atoms.empty()) continue;
      used.insert(text);
      add({atoms == own_order(g) ? "" : text, atoms});
    }
    if (orders.empty()) add({"", own_order(g)});  // no order asked for has this layer's axes: its own
    for (direction d : asked.directions) {
      if (is_backward(d)) check_gradient_names(g);
      if (d == direction::backward_frozen && !g.running) continue;  // has no statistics to freeze
      if (d == direction::backward_from_y && !normalised_is_in_y(g)) continue;
      for (element type : asked.types)
        for (const order& o : orders) {
          const element params = asked.params_f32 && type != element::f64 ? element::f32 : type;
          lib.functions.push_back(make_signature(g, {d, type, params, o, asked.strided}));
        }
    }
  }
  for (const std::string& text : asked.orders)
    if (used.count(text) == 0) {
      std::string known;
      for (const ir::graph& g : lib.layers)
        known += (known.empty() ? "" : ", ") + g.name + " has " + order_name(g, own_order(g));
      throw user_error{"the order '" + text + "' fits no layer (" + known +
                       "); name each axis of a layer once, with dots where a name has more than one letter (N.head.C)"};
    }
  return lib;
}

library for_backend(const library& lib, const std::string& backend) {
  library own = lib;
  if (lib.asked.backends.front() != backend)
    for (signature& s : own.functions) s.name += "_" + backend;
  return own;
}

}  // namespace normfold::gen
