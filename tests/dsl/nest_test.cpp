// Nests as the language finds them while a layer compiles: which neighbouring axes are one loop.
#include <doctest/doctest.h>

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>
#include <normfold/dsl/roles.hpp>

using namespace normfold;
using namespace normfold::axes;

namespace {

/// Whether a nest has these numbers of neighbouring axes in its loops, outermost first.
template <std::size_t A, class... Counts>
constexpr bool has_loops(const loops<A>& nest, Counts... counts) {
  const int expected[] = {counts...};
  if (nest.size != static_cast<int>(sizeof...(counts))) return false;
  int at = 0;
  for (int i = 0; i < nest.size; ++i) {
    const auto loop = static_cast<std::size_t>(i);
    if (nest.count[loop] != expected[i] || nest.first[loop] != at) return false;
    at += expected[i];
  }
  return at == static_cast<int>(A);
}

using roles = std::array<std::uint64_t, 4>;
static_assert(has_loops(merge_loops(roles{0, 0, 0, 0}), 4));
static_assert(has_loops(merge_loops(roles{1, 2, 3, 4}), 1, 1, 1, 1));
static_assert(has_loops(merge_loops(roles{1, 1, 2, 2}), 2, 2));
static_assert(has_loops(merge_loops(roles{1, 2, 2, 1}), 1, 2, 1));
static_assert(has_loops(merge_loops(roles{0, never_merge, never_merge, 0}), 1, 1, 1, 1));
static_assert(has_loops(merge_loops(roles{0, 0, never_merge, 0}), 2, 1, 1));
static_assert(has_loops(merge_loops(std::array<std::uint64_t, 1>{7}), 1));
static_assert(merge_loops(std::array<std::uint64_t, 0>{}).size == 0);

// [keep N*T] [reduce C], twice, and [N*T] [C].
using layer_norm = std::remove_const_t<decltype(layers::layer_norm)>;
static_assert(has_loops(reduction_nest<layer_norm, 0>, 2, 1));
static_assert(has_loops(reduction_nest<layer_norm, 1>, 2, 1));
static_assert(has_loops(apply_nest<layer_norm>, 2, 1));

// [reduce N] [keep C] [reduce H*W] and [N] [C] [H*W].
using batch_norm = std::remove_const_t<decltype(layers::batch_norm)>;
static_assert(has_loops(reduction_nest<batch_norm, 0>, 1, 1, 2));
static_assert(has_loops(apply_nest<batch_norm>, 1, 1, 2));

// [keep N*G] [reduce C/G*H*W] and [N] [G] [C/G] [H*W]: weight begins at G and ends at C/G.
using group_norm = std::remove_const_t<decltype(layers::group_norm)>;
static_assert(has_loops(reduction_nest<group_norm, 0>, 2, 3));
static_assert(has_loops(reduction_nest<group_norm, 1>, 2, 3));
static_assert(has_loops(apply_nest<group_norm>, 1, 1, 1, 2));

// [keep N*C] [reduce H*W] and [N] [C] [H*W].
using instance_norm = std::remove_const_t<decltype(layers::instance_norm)>;
static_assert(has_loops(reduction_nest<instance_norm, 0>, 2, 2));
static_assert(has_loops(apply_nest<instance_norm>, 1, 1, 2));

// GRN's second reduction, the sum within the mean being the first of its copy: [keep N] [reduce C], not over H and W.
using grn = std::remove_const_t<decltype(layers::grn)>;
static_assert(has_loops(reduction_nest<grn, 0>, 2, 2));
static_assert(has_loops(reduction_nest<grn, 2>, 1, 1));
static_assert(has_loops(apply_nest<grn>, 1, 1, 2));

// AdaLN's weight varies along the batch too: [N] [T] [C].
using ada_layer_norm = std::remove_const_t<decltype(layers::ada_layer_norm)>;
static_assert(has_loops(reduction_nest<ada_layer_norm, 0>, 2, 1));
static_assert(has_loops(apply_nest<ada_layer_norm>, 1, 1, 1));

// Nothing to tell apart: one loop.
constexpr auto squash = layer<"squash">(N, C, H, W) | [](auto x) { return tanh(x); };
static_assert(has_loops(apply_nest<std::remove_const_t<decltype(squash)>>, 4));

// A parameter in a reduction's operand splits its nest: [reduce N] [reduce C] [reduce H*W].
constexpr auto weighted =
    layer<"weighted">(N, C, H, W) | over(N, C, H, W) | [](auto x) { return x - mean(weight(C) * x); };
static_assert(has_loops(reduction_nest<std::remove_const_t<decltype(weighted)>, 0>, 1, 1, 2));

// So does one in a step before it.
constexpr auto gained = layer<"gained">(N, C, H, W) | gain(C) | over(N, C, H, W) | center;
static_assert(has_loops(reduction_nest<std::remove_const_t<decltype(gained)>, 0>, 1, 1, 2));

TEST_CASE("nests are found while a layer compiles") { CHECK(apply_nest<layer_norm>.size == 2); }

}  // namespace
