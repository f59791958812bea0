// Rows that broke other libraries: large means, constants, outliers, squares beyond the range, NaN and infinities. A
// row is what the layer's first reduction reduces; each trial mixes rows of several kinds.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

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
  const ir::atom_set row = row_of(t), all = (ir::atom_set{1} << extents.size()) - 1;
  fill(t, [&](const tensor& of, std::size_t index) -> long double {
    if (of.kind != NORMFOLD_ARGUMENT_INPUT) return ordinary(of, index);
    if (of.name != "x") return 0;
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

// Of a library with few lengths, the first one.
std::vector<std::size_t> inner_lengths(std::vector<std::size_t> all) {
  if (tested().lengths.size() < all_lengths().size()) all.resize(1);
  return all;
}

TEST_CASE("hard rows agree with the oracle") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    for (const std::size_t inner : inner_lengths({64, 3, 251})) {
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

// The row of each element of a tensor, in memory order; empty where an element belongs to more than one.
std::vector<std::size_t> rows_of(const trial& t, const tensor& of) {
  const std::vector<std::size_t> extents = oracle::atom_extents(t.graph, t.extents);
  const ir::atom_set kept = ((ir::atom_set{1} << extents.size()) - 1) & ~row_of(t), all = set_of(of.atoms);
  std::vector<std::size_t> result;
  if ((all & kept) != kept) return result;
  for (const std::size_t place : of.place) result.push_back(index_along(kept, all, place, extents));
  return result;
}

// Where element `at` of a row of x lies in memory.
std::size_t in_row(trial& t, std::size_t row, std::size_t at) {
  const std::vector<std::size_t> extents = oracle::atom_extents(t.graph, t.extents), rows = rows_of(t, t.named("x"));
  const tensor& x = t.named("x");
  const ir::atom_set along = row_of(t), all = set_of(x.atoms);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] == row && index_along(along, all, x.place[i], extents) == at) return i;
  throw std::logic_error("the row has no such element");
}

// Empty where exactly the elements of `bad_row` may differ and one of them does.
std::string changes_beyond(const trial& t, std::size_t bad_row, const std::vector<std::vector<std::size_t>>& rows,
                           const outcome& before, const outcome& after) {
  if (after.status != NORMFOLD_OK) return normfold_status_text(after.status);
  bool shown = false;
  for (std::size_t n = 0; n < t.tensors.size(); ++n) {
    const tensor& of = t.tensors[n];
    if (!of.is_written() || of.is_count()) continue;
    const std::size_t size = oracle::bytes_of(of.type);
    for (std::size_t i = 0; i < rows[n].size(); ++i) {
      const unsigned char* const was = before.after[n].data() + i * size;
      const bool same = std::equal(was, was + size, after.after[n].data() + i * size);
      if (rows[n][i] == bad_row) shown = shown || !same;
      else if (!same) return of.name + " changed in another row";
    }
  }
  return shown ? "" : "the row shows nothing";
}

TEST_CASE("NaN or an infinity in one row: that row shows it, the others keep their bits") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    trial t(f, g, shape(g, 37, 4));
    if (!has_separate_rows(t)) return "";
    fill(t);
    const std::vector<std::size_t> extents = oracle::atom_extents(g, t.extents);
    const std::size_t length = oracle::elements(row_of(t), extents);
    const std::size_t bad_row = oracle::elements(set_of(t.named("x").atoms) & ~row_of(t), extents) > 1 ? 1 : 0;
    std::vector<std::vector<std::size_t>> rows;
    for (const tensor& each : t.tensors) rows.push_back(rows_of(t, each));
    for (const target& each : targets()) {
      const chosen only(each);
      const outcome before = call(t);
      for (const long double bad :
           {std::numeric_limits<long double>::quiet_NaN(), std::numeric_limits<long double>::infinity()}) {
        for (const std::size_t at : {std::size_t{0}, length / 2, length - 1}) {
          trial spoiled = t;
          spoiled.named("x").set(in_row(t, bad_row, at), bad);
          ++counted().comparisons;
          const std::string wrong = changes_beyond(t, bad_row, rows, before, call(spoiled));
          if (!wrong.empty()) return wrong + " on " + each.name;
        }
      }
    }
    return "";
  });
}

// Whether what goes into a node may not count.
bool chooses(const ir::node& n) { return n.op == "max" || n.op == "min" || n.op == "select" || n.first; }

TEST_CASE("NaN in a row of means makes the whole row NaN") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    trial t(f, g, shape(g, 37, 4));
    if (!scales_squares(t)) return "";
    fill(t);
    t.named("x").set(0, std::numeric_limits<long double>::quiet_NaN());
    if (std::any_of(g.nodes.begin(), g.nodes.end(), [](const ir::node& n) { return chooses(n); })) return "";
    const auto wanted = expected(t);
    for (const target& each : targets()) {
      const chosen only(each);
      const std::string wrong = judge(t, wanted, call(t));
      if (!wrong.empty()) return wrong + " on " + each.name;
    }
    return "";
  });
}

// Rounding to 16 bits must not carry such a NaN over into a number.
TEST_CASE("NaN of all bits, in any tensor, shows wherever it counts") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    if (std::any_of(g.nodes.begin(), g.nodes.end(), [](const ir::node& n) { return chooses(n); })) return "";
    trial t(f, g, shape(g, 37, 4));
    fill(t);
    for (std::size_t k = 0; k < t.tensors.size(); ++k) {
      if (!t.tensors[k].is_read() || t.tensors[k].is_count()) continue;
      trial spoiled = t;
      std::fill_n(spoiled.tensors[k].content.begin(),
                  spoiled.tensors[k].content.size() / spoiled.tensors[k].place.size(), 0xFF);
      const auto wanted = expected(spoiled);
      for (const target& each : targets()) {
        const chosen only(each);
        const std::string wrong = judge(spoiled, wanted, call(spoiled));
        if (!wrong.empty()) return spoiled.tensors[k].name + ": " + wrong + " on " + each.name;
      }
    }
    return "";
  });
}

// The promise: f32 with mean 1e6 and deviation 1 is right to 1e-6, absolute over max(1, |y|), with weight 1 and bias 0.
TEST_CASE("mean 1e6 and deviation 1 is right to 1e-6") {
  for_every_function([](const normfold_function& f, const ir::graph& g) -> std::string {
    if (std::string(f.type) != "f32") return "";
    for (const std::size_t inner : inner_lengths({33, 1024})) {
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
          if (!(off <= 1e-6L))
            return "off by " + std::to_string(static_cast<double>(off * 1e6L)) + "e-6 on " + each.name;
        }
      }
    }
    return "";
  });
}

}  // namespace
}  // namespace normfold::kernel_tests
