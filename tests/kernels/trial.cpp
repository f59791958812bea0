// Making, filling and describing a trial.
#include "trial.hpp"

#include <cstring>
#include <stdexcept>

#include "random.hpp"

namespace normfold::kernel_tests {
namespace {

// The atoms of one dot separated list: an entry is an axis (all of its atoms) or an atom.
std::vector<int> atoms_of(const ir::graph& g, const std::string& text) {
  std::vector<int> result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    const std::string name = text.substr(begin, end - begin);
    const std::size_t before = result.size();
    for (std::size_t a = 0; a < g.atoms.size(); ++a)
      if (g.axes[static_cast<std::size_t>(g.atoms[a].axis)].name == name) result.push_back(static_cast<int>(a));
    for (std::size_t a = 0; a < g.atoms.size() && before == result.size(); ++a)
      if (g.atoms[a].name == name) result.push_back(static_cast<int>(a));
    if (before == result.size()) throw std::invalid_argument(g.name + " has no axis '" + name + "'");
    begin = end + 1;
  }
  return result;
}

// For each element in the order of `atoms`, its index where the atoms stand in the layer's order.
std::vector<std::size_t> places(const std::vector<int>& atoms, const std::vector<std::size_t>& extents) {
  std::vector<std::size_t> result{0};
  for (std::size_t k = atoms.size(); k-- > 0;) {
    std::size_t stride = 1;
    for (const int other : atoms)
      if (other > atoms[k]) stride *= extents[static_cast<std::size_t>(other)];
    const std::size_t inner = result.size();
    const std::size_t extent = extents[static_cast<std::size_t>(atoms[k])];
    if (extent == 0) return {};
    for (std::size_t i = 1; i < extent; ++i)
      for (std::size_t j = 0; j < inner; ++j) result.push_back(result[j] + i * stride);
  }
  return result;
}

}  // namespace

const ir::graph& library::graph(const normfold_function& function) const {
  const auto found = gradients.find(function.name);
  return found == gradients.end() ? layer(function) : found->second;
}

const ir::graph& library::layer(const normfold_function& function) const {
  for (const ir::graph& g : graphs)
    if (g.name == function.layer) return g;
  throw std::invalid_argument(std::string("no graph is known for the layer of ") + function.name);
}

long double tensor::at(const bytes& image, std::size_t i) const {
  if (!is_count()) return oracle::load(type, image.data(), i);
  std::size_t n = 0;
  std::memcpy(&n, image.data() + i * sizeof n, sizeof n);
  return static_cast<long double>(n);
}

void tensor::set(std::size_t i, long double value) {
  if (!is_count()) return oracle::store(type, content.data(), i, value);
  const auto n = static_cast<std::size_t>(value);
  std::memcpy(content.data() + i * sizeof n, &n, sizeof n);
}

trial::trial(const normfold_function& of, const ir::graph& its_graph, oracle::sizes sizes)
    : function(of), graph(its_graph), extents(std::move(sizes)) {
  const std::vector<std::size_t> all = oracle::atom_extents(graph, extents);
  for (int i = 0; i < function.arguments; ++i) {
    const normfold_argument& a = function.argument[i];
    tensor t{.name = a.name, .kind = a.kind, .atoms = atoms_of(graph, a.axes)};
    if (!t.is_count()) t.type = oracle::number_of(a.type);
    t.place = places(t.atoms, all);
    t.content.assign(t.place.size() * (t.is_count() ? sizeof(std::size_t) : oracle::bytes_of(t.type)), 0xa5);
    tensors.push_back(std::move(t));
  }
}

std::vector<std::size_t> trial::extent_arguments() const {
  std::vector<std::size_t> result;
  for (int i = 0; i < function.extents; ++i) result.push_back(extents.at(function.extent_names[i]));
  return result;
}

tensor& trial::named(const std::string& name) {
  for (tensor& t : tensors)
    if (t.name == name) return t;
  throw std::invalid_argument(std::string(function.name) + " has no argument " + name);
}

long double ordinary(const tensor& t, std::size_t index) {
  const std::uint64_t seed = hash(t.name);
  if (t.is_count()) return 3;
  if (t.kind == NORMFOLD_ARGUMENT_INPUT) return 0.5 + bell(seed, index);
  const double u = uniform(seed, index);
  return t.kind == NORMFOLD_ARGUMENT_PARAMETER ? 3 * u - 1.5 : 0.5 + 1.5 * u;
}

void fill(trial& t, const filling& values) {
  for (tensor& each : t.tensors) {
    if (!each.is_read()) continue;
    for (std::size_t i = 0; i < each.place.size(); ++i) each.set(i, values(each, each.place[i]));
  }
}

tally& counted() {
  static tally the;
  return the;
}

std::string to_text(const trial& t) {
  std::string text = t.function.name;
  for (int i = 0; i < t.function.extents; ++i) {
    const std::string name = t.function.extent_names[i];
    text += " " + name + "=" + std::to_string(t.extents.at(name));
  }
  return text;
}

}  // namespace normfold::kernel_tests
