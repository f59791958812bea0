// Filling, evaluating and differencing.
#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "rules.hpp"

namespace normfold::gradient_tests {
namespace {

constexpr long double unsettled = 1e300L;

bool is_leaf_with_gradient(const ir::node& n) { return n.op == "input" || n.op == "parameter"; }

// The oracle's values of all outputs and statistics.
std::map<std::string, oracle::array> forward(const point& at, bool frozen) {
  ir::graph g = at.layer;
  if (!frozen) {  // running statistics are not part of the loss
    std::erase_if(g.names, [](const ir::named_node& n) { return n.what == ir::role::kept; });
    g.running.reset();
  }
  return oracle::evaluate(
      {.graph = g, .extents = at.extents, .train = !frozen, .storage = oracle::number::f64, .buffers = at.values});
}

long double loss(const point& at, bool frozen) {
  const auto values = forward(at, frozen);
  long double sum = 0;
  for (const ir::named_node& n : at.layer.names) {
    if (n.what != ir::role::output) continue;
    const std::vector<long double>&y = values.at(n.name).value, &dy = at.values.at("d" + n.name);
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * dy[i];
  }
  return sum;
}

}  // namespace

long double uniform(std::uint64_t seed, const std::string& name, std::size_t index) {
  std::uint64_t h = seed * 0x9e3779b97f4a7c15ull + index;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  for (int i = 0; i < 3; ++i) {
    h ^= h >> 30;
    h *= 0xbf58476d1ce4e5b9ull;
    h ^= h >> 27;
    h *= 0x94d049bb133111ebull;
  }
  return static_cast<long double>(h >> 11) * 0x1p-53L;
}

oracle::sizes small_extents(const ir::graph& layer) {
  oracle::sizes made;
  std::size_t next = 2;
  for (const ir::axis& a : layer.axes)
    if (a.extent == 0) made[a.name] = next++;
  for (const ir::atom& a : layer.atoms) {
    if (a.which != ir::part::group) continue;
    const std::size_t groups = a.extent != 0 ? a.extent : 2;
    if (a.extent == 0) made[a.name] = groups;
    const ir::axis& axis = layer.axes[static_cast<std::size_t>(a.axis)];
    if (axis.extent == 0) made[axis.name] *= groups;
  }
  return made;
}

point ordinary(const ir::graph& layer, oracle::sizes extents, std::uint64_t seed) {
  point made{layer, std::move(extents), {}};
  const std::vector<std::size_t> sizes = oracle::atom_extents(layer, made.extents);
  const auto fill = [&](const std::string& name, ir::atom_set along, long double from, long double to) {
    std::vector<long double>& v = made.values[name];
    v.resize(oracle::elements(along, sizes));
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = from + (to - from) * uniform(seed, name, i);
  };
  for (const ir::node& n : layer.nodes) {
    if (n.op == "input") fill(n.name, n.varies, -1.5L, 2);
    if (n.op == "parameter") fill(n.name, n.varies, 0.5L, 1.5L);
  }
  for (const ir::named_node& n : layer.names) {
    const ir::atom_set along = layer.nodes[static_cast<std::size_t>(n.node)].varies;
    if (n.what == ir::role::output) fill("d" + n.name, along, -1, 1);
    if (n.what == ir::role::kept) fill("running_" + n.name, along, 0.5L, 2);
  }
  return made;
}

buffers derived(const point& at, gen::statistics from) {
  const ir::graph g = gen::gradient(gen::canonical(at.layer), from);
  buffers read = at.values;
  for (auto& [name, value] : forward(at, from == gen::statistics::frozen)) read[name] = value.value;
  buffers made;
  for (auto& [name, value] :
       oracle::evaluate({.graph = g, .extents = at.extents, .storage = oracle::number::f64, .buffers = read}))
    made[name] = std::move(value.value);
  return made;
}

buffers differences(const point& at, bool frozen) {
  buffers made;
  point moved = at;
  for (const ir::node& n : at.layer.nodes) {
    if (!is_leaf_with_gradient(n)) continue;
    std::vector<long double>& v = moved.values.at(n.name);
    std::vector<long double>& d = made["d" + n.name];
    d.clear();
    for (long double& element : v) {
      const long double before = element;
      // Fourth order: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h.
      const auto slope = [&](long double h) {
        const auto difference = [&](long double step) {
          element = before + step;
          const long double up = loss(moved, frozen);
          element = before - step;
          const long double down = loss(moved, frozen);
          element = before;
          return up - down;
        };
        return (8 * difference(h) - difference(2 * h)) / (12 * h);
      };
      const long double coarse = slope(4e-4L), fine = slope(1e-4L);
      d.push_back(std::fabs(coarse - fine) <= 1e-8L * (1 + std::fabs(fine)) ? fine : unsettled);
    }
  }
  return made;
}

std::string mistake(const point& at, gen::statistics from, double tolerance, int* kinks) {
  const buffers got = derived(at, from), wanted = differences(at, from == gen::statistics::frozen);
  for (const auto& [name, want] : wanted) {
    const auto found = got.find(name);
    if (found == got.end()) return at.layer.name + " has no " + name;
    if (found->second.size() != want.size()) return at.layer.name + ": " + name + " has another size";
    long double size = 1;
    for (const long double w : want)
      if (w != unsettled) size = std::max(size, std::fabs(w));
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (want[i] == unsettled) {
        if (kinks != nullptr) ++*kinks;
        continue;
      }
      if (std::fabs(found->second[i] - want[i]) <= tolerance * size) continue;
      std::ostringstream text;
      text.precision(12);
      text << at.layer.name << ": " << name << "[" << i << "] is " << found->second[i] << " and should be " << want[i];
      return text.str();
    }
  }
  return "";
}

}  // namespace normfold::gradient_tests
