// Rows that broke other libraries: large means, constants, outliers, squares beyond the range, NaN and infinities. A
// row is what the layer's first reduction reduces; each trial mixes rows of several kinds.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "random.hpp"
#include "shapes.hpp"
#include "targets.hpp"

namespace normfold::kernel_tests {
namespace {

struct row_kind {
  const char* name;
  double largest;  // of its elements, for types with a small range
  bool squares;    // only squares leave the range of f32: needs a layer whose reductions are means of squares
  long double (*element)(std::size_t i, double noise);
};

const row_kind kinds[] = {
    {"constant", 1234, false, [](std::size_t, double) { return 1234.0L; }},
    {"zero", 0, false, [](std::size_t, double) { return 0.0L; }},
    {"constant with many digits", 1, false, [](std::size_t, double) { return 1 / 3.0L; }},
    {"mean 1e6", 1.1e6, false, [](std::size_t, double noise) { return 1e6L + noise; }},
    {"40000 to 40003", 40003, false, [](std::size_t i, double) { return 40000.0L + i % 4; }},
    {"80000 to 80003", 80003, false, [](std::size_t i, double) { return 80000.0L + i % 4; }},
    {"1000 + i / 1000", 2000, false, [](std::size_t i, double) { return 1000 + i * 1e-3L; }},
    {"outlier first", 1e6, false, [](std::size_t i, double noise) { return i == 0 ? 1e6L : noise; }},
    {"outlier in the first block", 1e4, false, [](std::size_t i, double noise) { return i == 5 ? -1e4L : noise; }},
    {"ones and minus ones", 1, false, [](std::size_t i, double) { return i % 2 == 0 ? 1.0L : -1.0L; }},
    {"tiny", 1e-12, false, [](std::size_t, double noise) { return 1e-12L * noise; }},
    {"1e30", 5e30, true, [](std::size_t, double noise) { return 1e30L * noise; }},
    {"constant 1e30", 1e30, true, [](std::size_t, double) { return 1e30L; }},
    {"1e-30", 1e-30, true, [](std::size_t, double noise) { return 1e-30L * noise; }},
    {"subnormal", 1e-40, true, [](std::size_t, double noise) { return 1e-40L * noise; }},
};

// What the first reduction reduces; without one, the innermost atom.
ir::atom_set row_of(const trial& t) {
  const std::vector<ir::node> all = reductions(t.graph, t.function);
  return all.empty() ? ir::atom_set{1} << (t.graph.atoms.size() - 1) : all[0].over;
}

// Rows have nothing to do with each other.
bool has_separate_rows(const trial& t) { return (reduced_atoms(t.graph, t.function) & ~row_of(t)) == 0; }

// Every reduction is a mean, of x or of squares: what kernels promise to scale.
bool scales_squares(const trial& t) {
  const std::vector<ir::node> all = reductions(t.graph, t.function);
  for (const ir::node& n : all)
    if (n.op != "mean") return false;
  for (const ir::node& n : t.graph.nodes)
    if (n.op == "exp" || n.op == "log" || n.op == "sqrt") return false;
  return !all.empty() && has_separate_rows(t);
}

// Fills x so that row k is of kind (k + first) among `chosen`; everything else as usual, operands 0.
void fill_rows(trial& t, const std::vector<const row_kind*>& chosen, std::size_t first) {
  const std::vector<std::size_t> extents = oracle::atom_extents(t.graph, t.extents);
  fill(t, [&](const tensor& of, std::size_t index) -> long double {
    if (of.kind != NORMFOLD_ARGUMENT_INPUT) return ordinary(of, index);
    if (of.name != "x") return 0;
    const ir::atom_set all = set_of(of.atoms), row = row_of(t);
    const std::size_t k = index_along(all & ~row, all, index, extents);
    return chosen[(k + first) % chosen.size()]->element(index_along(row, all, index, extents), bell(7, index));
  });
}

bool fits(const row_kind& kind, const trial& t) {
  const oracle::number type = oracle::number_of(t.function.type);
  return kind.largest <= oracle::largest_of(type) / 4 && (!kind.squares || scales_squares(t));
}

template <class Check>
void for_every_function(const Check& check) {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const std::string wrong = check(lib.functions[i], lib.graph(lib.functions[i]));
    CHECK_MESSAGE(wrong.empty(), std::string(lib.functions[i].name) << ": " << wrong);
  }
}

TEST_CASE("hard rows agree with the oracle") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    for (const std::size_t inner : {std::size_t{3}, std::size_t{64}, std::size_t{251}}) {
      trial t(f, g, shape(g, inner, 3));
      if (has_one_element(t)) continue;
      for (const row_kind& kind : kinds) {
        if (!fits(kind, t)) continue;
        fill_rows(t, {&kind}, 0);
        const auto wanted = expected(t);
        for (const target& each : targets()) {
          const chosen only(each);
          const std::string wrong = judge(t, wanted, call(t));
          if (!wrong.empty()) return std::string(kind.name) + " on " + each.name + ", " + to_text(t) + ": " + wrong;
        }
      }
    }
    return "";
  });
}

TEST_CASE("rows of different kinds beside each other agree with the oracle") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    trial t(f, g, shape(g, 67, 5));
    std::vector<const row_kind*> usable;
    for (const row_kind& kind : kinds)
      if (fits(kind, t)) usable.push_back(&kind);
    for (const std::size_t first : {std::size_t{0}, std::size_t{4}}) {
      fill_rows(t, usable, first);
      const auto wanted = expected(t);
      for (const target& each : targets()) {
        const chosen only(each);
        const std::string wrong = judge(t, wanted, call(t));
        if (!wrong.empty()) return wrong + " on " + each.name;
      }
    }
    return "";
  });
}

// The kept index of each element of a written tensor, or the largest value where it has no single one.
std::size_t row_index(const trial& t, const tensor& of, std::size_t place, const std::vector<std::size_t>& extents) {
  const ir::atom_set kept = ((ir::atom_set{1} << t.graph.atoms.size()) - 1) & ~row_of(t);
  const ir::atom_set all = set_of(of.atoms);
  if ((all & kept) != kept) return std::numeric_limits<std::size_t>::max();
  return index_along(kept, all, place, extents);
}

TEST_CASE("NaN or an infinity in one row: that row shows it, the others keep their bits") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    trial t(f, g, shape(g, 37, 4));
    if (!has_separate_rows(t)) return "";
    const std::vector<std::size_t> extents = oracle::atom_extents(g, t.extents);
    for (const long double bad : {std::numeric_limits<long double>::quiet_NaN(), std::numeric_limits<long double>::infinity()}) {
      const std::size_t length = oracle::elements(row_of(t), extents);
      for (const std::size_t at : {std::size_t{0}, length / 2, length - 1}) {
        fill(t);
        const std::size_t bad_row = 1;
        std::vector<outcome> before;
        for (const target& each : targets()) {
          const chosen only(each);
          before.push_back(call(t));
        }
        tensor& x = t.named("x");
        for (std::size_t i = 0; i < x.place.size(); ++i)
          if (row_index(t, x, x.place[i], extents) == bad_row && index_along(row_of(t), set_of(x.atoms), x.place[i], extents) == at)
            x.set(i, bad);
        for (std::size_t k = 0; k < before.size(); ++k) {
          const chosen only(targets()[k]);
          const outcome after = call(t);
          ++counted().comparisons;
          if (after.status != NORMFOLD_OK) return normfold_status_text(after.status);
          bool shown = false;
          for (std::size_t n = 0; n < t.tensors.size(); ++n) {
            const tensor& of = t.tensors[n];
            if (!of.is_written() || of.is_count()) continue;
            const std::size_t size = oracle::bytes_of(of.type);
            for (std::size_t i = 0; i < of.place.size(); ++i) {
              const std::size_t row = row_index(t, of, of.place[i], extents);
              if (row == std::numeric_limits<std::size_t>::max()) continue;
              const bool same = std::equal(after.after[n].begin() + static_cast<std::ptrdiff_t>(i * size),
                                           after.after[n].begin() + static_cast<std::ptrdiff_t>((i + 1) * size),
                                           before[k].after[n].begin() + static_cast<std::ptrdiff_t>(i * size));
              if (row == bad_row) shown = shown || !same;
              if (row != bad_row && !same) return of.name + " changed in another row on " + targets()[k].name;
            }
          }
          if (!shown) return "the row shows nothing on " + targets()[k].name;
        }
      }
    }
    return "";
  });
}

TEST_CASE("NaN in a row of means makes the whole row NaN") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    trial t(f, g, shape(g, 37, 4));
    if (!scales_squares(t)) return "";
    fill(t);
    t.named("x").set(0, std::numeric_limits<long double>::quiet_NaN());
    const bool clipped = std::any_of(g.nodes.begin(), g.nodes.end(), [](const ir::node& n) { return n.op == "max" || n.op == "min" || n.first; });
    if (clipped) return "";
    const auto wanted = expected(t);
    for (const target& each : targets()) {
      const chosen only(each);
      const std::string wrong = judge(t, wanted, call(t));
      if (!wrong.empty()) return wrong + " on " + each.name;
    }
    return "";
  });
}

// The promise: f32 with mean 1e6 and deviation 1 is right to 1e-6, absolute over max(1, |y|), with weight 1 and bias 0.
TEST_CASE("mean 1e6 and deviation 1 is right to 1e-6") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    if (std::string(f.type) != "f32") return "";
    for (const std::size_t inner : {std::size_t{33}, std::size_t{1024}}) {
      trial t(f, g, shape(g, inner, 2));
      if (!scales_squares(t)) return "";
      fill(t, [](const tensor& of, std::size_t index) -> long double {
        if (of.kind == NORMFOLD_ARGUMENT_INPUT) return of.name == "x" ? 1e6L + bell(11, index) : 0;
        return of.kind == NORMFOLD_ARGUMENT_PARAMETER ? (of.name == "bias" ? 0 : 1) : ordinary(of, index);
      });
      const oracle::array wanted = expected(t).at("y");
      for (const target& each : targets()) {
        const chosen only(each);
        const outcome got = call(t);
        ++counted().comparisons;
        if (got.status != NORMFOLD_OK) return normfold_status_text(got.status);
        const tensor& y = t.tensors[0];
        for (std::size_t i = 0; i < y.place.size(); ++i) {
          const long double want = wanted.value[y.place[i]];
          const long double off = std::fabs(y.at(got.after[0], i) - want) / std::fmax(1, std::fabs(want));
          if (!(off <= 1e-6L)) return "off by " + std::to_string(static_cast<double>(off * 1e6L)) + "e-6 on " + each.name;
        }
      }
    }
    return "";
  });
}

}  // namespace
}  // namespace normfold::kernel_tests
