// Generated backward functions against the oracle's reading of the gradient graph, between guard pages, on every target;
// in place, and with the same bits for any number of threads.
#include <doctest/doctest.h>

#include "backward_tested.hpp"
#include "shapes.hpp"
#include "targets.hpp"

namespace normfold::gradient_tests {
namespace {

using kernel_tests::call;
using kernel_tests::chosen;
using kernel_tests::outcome;
using kernel_tests::trial;

std::string difference(const trial& t, const outcome& a, const outcome& b) {
  if (a.status != NORMFOLD_OK || b.status != NORMFOLD_OK) return "a call failed";
  if (!b.damage.empty()) return b.damage;
  for (std::size_t i = 0; i < t.tensors.size(); ++i)
    if (t.tensors[i].is_written() && a.after[i] != b.after[i]) return t.tensors[i].name + " differs";
  return "";
}

TEST_CASE("every function, target and length agrees with the oracle") {
  REQUIRE(!tested().empty());
  for (const backward_function& f : tested())
    for (oracle::sizes& sizes : kernel_tests::shapes(f.graph, kernel_tests::few_lengths())) {
      trial t(*f.function, f.graph, std::move(sizes));
      kernel_tests::fill(t);
      const auto wanted = kernel_tests::expected(t);
      std::string wrong;
      for (const kernel_tests::target& each : kernel_tests::targets())
        for (const kernel_tests::guard end : {kernel_tests::guard::behind, kernel_tests::guard::before}) {
          const chosen only(each);
          if (wrong.empty()) wrong = kernel_tests::judge(t, wanted, call(t, {.end = end}));
        }
      CHECK_MESSAGE(wrong.empty(), kernel_tests::to_text(t) << ": " << wrong);
      if (!wrong.empty()) break;  // one report a function
    }
}

TEST_CASE("gradients may take the place of what they are computed from") {
  for (const backward_function& f : tested()) {
    trial t(*f.function, f.graph, kernel_tests::shape(f.graph, 67, 3));
    kernel_tests::fill(t);
    const outcome apart = call(t);
    for (const kernel_tests::tensor& operand : t.tensors) {
      const kernel_tests::tensor& dx = t.tensors[0];
      if (operand.kind != NORMFOLD_ARGUMENT_INPUT || operand.atoms != dx.atoms || operand.type != dx.type) continue;
      const std::string wrong = difference(t, apart, call(t, {.in_place = operand.name}));
      CHECK_MESSAGE(wrong.empty(), kernel_tests::to_text(t) << ": " << wrong << " with dx = " << operand.name);
    }
  }
}

TEST_CASE("threads and stores change no bit, in sums over rows neither") {
  for (const backward_function& f : tested())
    for (const std::size_t outer : {std::size_t{3}, std::size_t{150}}) {
      const bool flat = f.graph.axes.size() <= 2;
      trial t(*f.function, f.graph, kernel_tests::shape(f.graph, 131, flat ? 4 * outer : outer / 10 + 2));
      kernel_tests::fill(t);
      const outcome alone = call(t);
      for (const unsigned threads : {1U, 2U, 3U, 7U}) {
        const normfold_stores stores = threads % 4 == 3 ? NORMFOLD_STORES_KEEP : NORMFOLD_STORES_STREAM;
        const std::string wrong = difference(t, alone, call(t, {.threads = threads, .stores = stores}));
        CHECK_MESSAGE(wrong.empty(), kernel_tests::to_text(t) << ": " << wrong << " with " << threads << " threads");
      }
    }
}

}  // namespace
}  // namespace normfold::gradient_tests
