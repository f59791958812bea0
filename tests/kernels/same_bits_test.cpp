// What must not change a bit: in place or not, threads, the choice of stores, where a row stands and with how many others,
// and the target as long as it fuses multiply and add.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "shapes.hpp"
#include "targets.hpp"

namespace normfold::kernel_tests {
namespace {

// Calls `check` with a filled trial of every function; `check` returns a sentence where something is wrong.
template <class Check>
void for_every_function(std::size_t inner, std::size_t outer, const Check& check) {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const ir::graph& g = lib.graph(lib.functions[i]);
    trial t(lib.functions[i], g, shape(g, inner, outer));
    fill(t);
    const std::string wrong = check(t);
    CHECK_MESSAGE(wrong.empty(), to_text(t) << ": " << wrong);
  }
}

// The name of the first output that differs.
std::string difference(const trial& t, const outcome& a, const outcome& b) {
  if (a.status != NORMFOLD_OK || b.status != NORMFOLD_OK) return "a call failed";
  if (!b.damage.empty()) return b.damage;
  for (std::size_t i = 0; i < t.tensors.size(); ++i)
    if (t.tensors[i].is_written() && a.after[i] != b.after[i]) return t.tensors[i].name + " differs";
  return "";
}

TEST_CASE("in place equals out of place") {
  for_every_function(131, 3, [](const trial& t) -> std::string {
    for (const target& each : targets()) {
      const chosen only(each);
      const outcome apart = call(t);
      for (const tensor& operand : t.tensors) {
        const tensor& y = t.tensors[0];
        const bool fits = operand.kind == NORMFOLD_ARGUMENT_INPUT && operand.atoms == y.atoms && operand.type == y.type;
        if (!fits) continue;
        for (const normfold_stores stores : {NORMFOLD_STORES_KEEP, NORMFOLD_STORES_STREAM}) {
          const std::string wrong = difference(t, apart, call(t, {.in_place = operand.name, .stores = stores}));
          if (!wrong.empty()) return wrong + " with y = " + operand.name + " on " + each.name;
        }
      }
    }
    return "";
  });
}

TEST_CASE("threads and stores change no bit") {
  for (const std::size_t inner : {std::size_t{5}, std::size_t{131}})
    for_every_function(inner, 9, [](const trial& t) -> std::string {
      const outcome alone = call(t);
      for (const unsigned threads : {1U, 2U, 3U, 7U}) {
        const normfold_stores stores = threads % 4 == 3 ? NORMFOLD_STORES_KEEP : NORMFOLD_STORES_STREAM;
        const std::string wrong = difference(t, alone, call(t, {.threads = threads, .stores = stores}));
        if (!wrong.empty()) return wrong + " with " + std::to_string(threads) + " threads";
      }
      return "";
    });
}

TEST_CASE("targets with fused multiply-add agree bit for bit") {
  for (const auto& [inner, outer] : {std::pair<std::size_t, std::size_t>{131, 3}, {3, 5}})
    for_every_function(inner, outer, [](const trial& t) -> std::string {
      std::vector<outcome> all;
      for (const target& each : targets()) {
        if (!each.fuses) continue;
        const chosen only(each);
        all.push_back(call(t));
        const std::string wrong = difference(t, all.front(), all.back());
        if (!wrong.empty()) return wrong + " on " + each.name;
      }
      return "";
    });
}

// Elements in the layer's order.
std::vector<bytes> in_layer_order(const tensor& t, const bytes& image) {
  std::vector<bytes> result(t.place.size());
  const std::size_t size = t.place.empty() ? 0 : image.size() / t.place.size();
  for (std::size_t i = 0; i < t.place.size(); ++i) {
    const auto first = image.begin() + static_cast<std::ptrdiff_t>(i * size);
    result[t.place[i]].assign(first, first + static_cast<std::ptrdiff_t>(size));
  }
  return result;
}

// The element of the whole tensor that is element `index` of its slice at `position` along atom `a`.
std::size_t in_whole(ir::atom_set atoms, std::size_t index, std::size_t a, std::size_t position,
                     const std::vector<std::size_t>& whole) {
  std::size_t result = 0, stride = 1;
  for (std::size_t k = whole.size(); k-- > 0;) {
    if ((atoms >> k & 1) == 0) continue;
    const std::size_t extent = k == a ? 1 : whole[k];
    result += (k == a ? position : index % extent) * stride;
    index /= extent;
    stride *= whole[k];
  }
  return result;
}

// Where the bits of a row, filled by values(tensor, index, atom along which rows differ, extents), differ from those it has
// alone: empty where they do not. The sign of a NaN is left open.
template <class Values>
std::string not_alone(trial& t, const Values& values, const manner& how) {
  const std::vector<std::size_t> extents = oracle::atom_extents(t.graph, t.extents);
  for (std::size_t a = 0; a < t.graph.atoms.size(); ++a) {
    const ir::atom& atom = t.graph.atoms[a];
    const bool fixed = t.graph.axes[static_cast<std::size_t>(atom.axis)].extent != 0;
    const ir::atom_set reduced = reduced_atoms(tested().layer(t.function), t.function);
    if (atom.which != ir::part::whole || fixed || (reduced >> a & 1) != 0) continue;
    const auto value = [&](const tensor& of, std::size_t index) { return values(of, index, a, extents); };
    fill(t, value);
    const outcome all = call(t, how);
    if (all.status != NORMFOLD_OK) return normfold_status_text(all.status);
    for (std::size_t position = 0; position < extents[a]; ++position) {
      oracle::sizes one = t.extents;
      one[atom.name] = 1;
      trial slice(t.function, t.graph, one);
      fill(slice, [&](const tensor& of, std::size_t index) {
        return value(of, in_whole(set_of(of.atoms), index, a, position, extents));
      });
      const outcome got = call(slice);
      for (std::size_t k = 0; k < t.tensors.size(); ++k) {
        const bool along = (set_of(t.tensors[k].atoms) >> a & 1) != 0;
        if (!t.tensors[k].is_written() || (t.is_backward() && !along))
          continue;  // sums over rows depend on all of them
        const std::vector<bytes> whole = in_layer_order(t.tensors[k], all.after[k]);
        const std::vector<bytes> part = in_layer_order(slice.tensors[k], got.after[k]);
        for (std::size_t i = 0; i < part.size(); ++i) {
          const std::size_t j = in_whole(set_of(t.tensors[k].atoms), i, a, position, extents);
          if (part[i] == whole[j]) continue;
          const auto is_nan = [&](const bytes& element) {
            return std::isnan(oracle::load(t.tensors[k].type, element.data(), 0));
          };
          if (!t.tensors[k].is_count() && is_nan(part[i]) && is_nan(whole[j])) continue;
          return t.tensors[k].name + " differs at " + atom.name + "=" + std::to_string(position);
        }
      }
    }
  }
  return "";
}

TEST_CASE("a row's bits depend on the row alone: any batch size, any position") {
  for_every_function(37, 4, [](trial& t) {
    return not_alone(t,
                     [](const tensor& of, std::size_t index, std::size_t, const std::vector<std::size_t>&) {
                       return ordinary(of, index);
                     },
                     {});
  });
}

// Of the neighbours of a row some have a pivot far from their mean, squares beyond the range, or a NaN. The runs of a
// channel are short here, so that several channels are swept together, the last of them fewer; or so short that their places are
// summed as columns.
TEST_CASE("a row's bits depend on the row alone: hard neighbours, short runs, kept and streamed") {
  const auto hard = [](const tensor& of, std::size_t index, std::size_t a,
                       const std::vector<std::size_t>& extents) -> long double {
    const long double usual = ordinary(of, index);
    const ir::atom_set atoms = set_of(of.atoms), row = ir::atom_set{1} << a;
    if (of.kind != NORMFOLD_ARGUMENT_INPUT || (atoms & row) == 0) return usual;
    const std::size_t inside = index_along(atoms & ~row, atoms, index, extents);
    switch (index_along(row, atoms, index, extents) % 5) {
      case 1: return inside < 16 ? usual + 1e4L : usual;
      case 2: return usual * 1e30L;
      case 3: return inside == 7 ? std::numeric_limits<long double>::quiet_NaN() : usual;
      default: return usual;
    }
  };
  for (const normfold_stores stores : {NORMFOLD_STORES_KEEP, NORMFOLD_STORES_STREAM})
    for (const auto& [inner, outer] : {std::pair<std::size_t, std::size_t>{11, 8}, {2, 4}})
      for_every_function(inner, outer, [&](trial& t) { return not_alone(t, hard, {.stores = stores}); });
}

}  // namespace
}  // namespace normfold::kernel_tests
