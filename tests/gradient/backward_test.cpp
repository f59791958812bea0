// What is asked of generated backward functions besides what every kernel is asked for (../kernels: the oracle, guard
// pages, in place, statuses, bits): sums over many rows have the same bits for any threads, and constant rows have
// gradients.
#include <doctest/doctest.h>

#include <cmath>

#include "shapes.hpp"

namespace normfold::kernel_tests {
namespace {

template <class Check>
void for_every_function(std::size_t inner, std::size_t outer, const Check& check) {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const ir::graph& g = lib.graph(lib.functions[i]);
    trial t(lib.functions[i], g, shape(g, inner, g.axes.size() <= 2 ? 4 * outer : outer));
    const std::string wrong = check(t);
    CHECK_MESSAGE(wrong.empty(), to_text(t) << ": " << wrong);
  }
}

std::string difference(const trial& t, const outcome& a, const outcome& b) {
  if (a.status != NORMFOLD_OK || b.status != NORMFOLD_OK) return "a call failed";
  if (!b.damage.empty()) return b.damage;
  for (std::size_t i = 0; i < t.tensors.size(); ++i)
    if (t.tensors[i].is_written() && a.after[i] != b.after[i]) return t.tensors[i].name + " differs";
  return "";
}

// More rows than one chunk of a sum takes, and than one block of a task.
TEST_CASE("threads change no bit of sums over many rows") {
  for_every_function(131, 17, [](trial& t) -> std::string {
    fill(t);
    const outcome alone = call(t);
    for (const unsigned threads : {2U, 3U, 7U}) {
      const std::string wrong = difference(t, alone, call(t, {.threads = threads, .stores = NORMFOLD_STORES_STREAM}));
      if (!wrong.empty()) return wrong + " with " + std::to_string(threads) + " threads";
    }
    return "";
  });
}

// More values of the outermost axis, and so more statistics, than two chunks of a sum take.
TEST_CASE("sums over many rows agree with the oracle") {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const ir::graph& g = lib.graph(lib.functions[i]);
    if (g.axes[0].extent != 0) continue;
    oracle::sizes sizes = shape(g, 5, 2);
    sizes[g.axes[0].name] = 601;
    trial t(lib.functions[i], g, std::move(sizes));
    fill(t);
    const std::string wrong = judge(t, expected(t), call(t));
    CHECK_MESSAGE(wrong.empty(), to_text(t) << ": " << wrong);
  }
}

// x = 3 everywhere, and the statistics that its rows have: the deviation is 0, and eps alone stands under the root. An
// eps of 1e-12 makes gradients of 1e12, which half precision has only as infinity.
TEST_CASE("the gradient of constant rows is finite") {
  for_every_function(67, 3, [](trial& t) -> std::string {
    fill(t, [](const tensor& of, std::size_t index) -> long double {
      if (of.name == "x" || of.name == "mean" || of.name == "running_mean") return 3;
      if (of.name == "rstd") return 316;
      if (of.name == "running_var") return 0;
      return ordinary(of, index);
    });
    const outcome got = call(t);
    if (got.status != NORMFOLD_OK) return normfold_status_text(got.status);
    std::map<std::string, oracle::array> wanted;
    for (std::size_t k = 0; k < t.tensors.size(); ++k) {
      const tensor& each = t.tensors[k];
      for (std::size_t i = 0; each.is_written() && i < each.place.size(); ++i) {
        if (std::isfinite(each.at(got.after[k], i))) continue;
        if (wanted.empty()) wanted = expected(t);
        const long double exact = wanted.at(each.name).value[each.place[i]];
        if (!(std::abs(exact) > oracle::largest_of(each.type))) return each.name + " is not finite";
      }
    }
    return "";
  });
}

}  // namespace
}  // namespace normfold::kernel_tests
