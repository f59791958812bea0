// The checks one by one, as plain functions at compile time. What the compiler then says is tested in mistakes/.
#include <doctest/doctest.h>

#include <normfold/dsl.hpp>

using namespace normfold;
using namespace normfold::axes;
using detail::mistake;

namespace {

// Names that reach generated code.
static_assert(detail::is_identifier("a") && detail::is_identifier("layer_norm2") && detail::is_identifier("T"));
static_assert(!detail::is_identifier("") && !detail::is_identifier("2d") && !detail::is_identifier("_a"));
static_assert(!detail::is_identifier("a_") && !detail::is_identifier("a__b") && !detail::is_identifier("a b"));
static_assert(!detail::is_identifier("a/b") && !detail::is_identifier("../a") && !detail::is_identifier("a\n"));
static_assert(!detail::is_identifier("\xC3\xA9") && !detail::is_identifier("a;") && !detail::is_identifier("a\""));
static_assert(detail::is_keyword("int") && detail::is_keyword("restrict") && detail::is_keyword("co_await"));
static_assert(!detail::is_keyword("mean") && !detail::is_keyword("integer"));
static_assert(detail::is_reserved("x") && detail::is_reserved("context") && detail::is_reserved("running_mean"));
static_assert(detail::is_reserved("normfold_status") && !detail::is_reserved("running") && !detail::is_reserved("X"));

template <class... Steps>
constexpr detail::flat_layer flat(const layer_<Steps...>&) {
  return detail::structure_layer<Steps...>;
}
template <class Step, class... Steps>
constexpr mistake with(const layer_<Steps...>&, const Step&) {
  return detail::mistake_in_last<Steps..., Step>;
}
template <class Formula, class... Steps>
constexpr mistake with_formula(const layer_<Steps...>& layer, const Formula& formula) {
  return with(layer, step_<lambda_, decltype(formula(x_{}))>{});
}
template <class... Steps>
constexpr mistake finished(const layer_<Steps...>&) {
  return detail::mistake_in_whole<Steps...>;
}

constexpr auto image = layer<"image">(N, C, H, W);
constexpr auto grouped = image | over(C / G, H, W) | center;
inline constexpr struct parts_ : axis<"parts"> {
} parts;

// Axes: two bits each, for the groups and for the members.
static_assert(detail::all_halves(flat(image)) == 0xff && detail::axis_index(flat(image), "H") == 2);
static_assert(detail::axis_index(flat(image), "T") == -1 && detail::axis_count(flat(image)) == 4);
static_assert(detail::reduced_by(flat(grouped), flat(grouped)[1]) == 0xf8);
static_assert(detail::is_split(flat(grouped), "C") && !detail::is_split(flat(grouped), "H"));
static_assert(detail::scope_of(flat(grouped), 2) == 1 && detail::scope_of(flat(image), 0) == -1);

// over
static_assert(with(image, over(H, W)) == mistake::none && with(image, over(N, C, H, W)) == mistake::none);
static_assert(with(image, over(T)) == mistake::over_unknown && with(image, over(T / G)) == mistake::over_unknown);
static_assert(with(image, over(H, W, H)) == mistake::over_repeated);
static_assert(with(image, over(H, first(8, H))) == mistake::over_repeated);
static_assert(with(image, over(C / N)) == mistake::group_is_axis && with(image, over(C / C)) == mistake::group_is_axis);
static_assert(with(grouped, over(C / parts)) == mistake::split_two_ways);
static_assert(with(grouped, over(H / G)) == mistake::group_twice && with(grouped, over(H / parts)) == mistake::none);
static_assert(with(grouped, over(C)) == mistake::none && with(grouped, over(C / G)) == mistake::none);
static_assert(with(grouped, over(C / 4)) == mistake::split_two_ways);
static_assert(with(image, over(first(4, H), first(50_percent, W))) == mistake::first_twice);
static_assert(with(grouped, over(first(4, C))) == mistake::first_of_split);
static_assert(with(grouped, over(first(4, C / G))) == mistake::none);
static_assert(with(image | over(first(4, C)) | center, over(C / G)) == mistake::first_of_split);

// Splits in a reduction's own axes count as those of the pipe do.
static_assert(with_formula(grouped, [](auto x) { return x - mean(over(C / 2), x); }) == mistake::split_two_ways);
static_assert(with_formula(image, [](auto x) { return x - mean(over(C / G), x) - mean(over(C / parts), x); }) ==
              mistake::split_two_ways);
static_assert(with_formula(image, [](auto x) { return x - mean(over(C), x) - mean(over(C / G), x); }) == mistake::none);

// Formulas
static_assert(with_formula(image, [](auto x) { return x - mean(x); }) == mistake::no_over);
static_assert(with_formula(image, [](auto x) { return x - mean(over(H), x); }) == mistake::none);
static_assert(with_formula(image, [](auto x) { return mean(over(H), x); }) == mistake::formula_reduced);
static_assert(with_formula(image, [](auto) { return weight(C); }) == mistake::formula_reduced);
static_assert(with_formula(image, [](auto) { return weight(N, C, H, W); }) == mistake::none);
static_assert(with_formula(image, [](auto) { return operand<"r">; }) == mistake::none);
static_assert(with_formula(image, [](auto x) { return mean(over(H), x) + weight(H); }) == mistake::none);

// Parameters, operands, outputs, statistics share one space of names.
constexpr auto gained = image | gain(C);
static_assert(with_formula(gained, [](auto x) { return x * weight(C); }) == mistake::none);
static_assert(with_formula(gained, [](auto x) { return x * weight(N); }) == mistake::parameter_shapes);
static_assert(with_formula(gained, [](auto x) { return x * weight(C, N); }) == mistake::parameter_shapes);
static_assert(with_formula(image, [](auto x) { return x * weight(C, N) + weight(N, C); }) == mistake::parameter_shapes);
static_assert(with_formula(image, [](auto x) { return x * weight(T); }) == mistake::parameter_unknown);
static_assert(with_formula(image, [](auto x) { return x * weight(G); }) == mistake::parameter_unknown);
static_assert(with_formula(image, [](auto x) { return x * param<"x">(); }) == mistake::parameter_name);
static_assert(with_formula(image, [](auto x) { return x * param<"N">(); }) == mistake::parameter_clash);
static_assert(with_formula(grouped, [](auto x) { return x * param<"G">(); }) == mistake::parameter_clash);
static_assert(with_formula(grouped, [](auto x) { return x * param<"mean">(); }) == mistake::parameter_clash);
static_assert(with_formula(gained, [](auto x) { return x + operand<"weight">; }) == mistake::operand_clash);
static_assert(with(image | gain(param<"G">(C)), over(C / G)) == mistake::parameter_clash);
static_assert(with(image | add(operand<"G">), over(C / G)) == mistake::operand_clash);
static_assert(with(gained, output<"weight">) == mistake::output_clash);
static_assert(with(gained | output<"z">, output<"z">) == mistake::output_twice);
static_assert(with(gained, output<"y">) == mistake::output_name && with(gained, output<"z">) == mistake::none);
static_assert(with_formula(grouped, [](auto x) { return x - named<"C">(mean(x)); }) == mistake::named_clash);
static_assert(with_formula(grouped, [](auto x) { return x - named<"mean">(mean(x)); }) == mistake::none);
static_assert(with_formula(grouped, [](auto x) { return x - named<"s">(weight(C)); }) == mistake::named_no_statistic);
static_assert(with_formula(grouped, [](auto x) { return named<"s">(x - mean(x)); }) == mistake::named_full);

// running
static_assert(with(grouped, running(average)) == mistake::none);
static_assert(with(grouped | running(average), running(average)) == mistake::running_twice);
static_assert(with(
                  grouped | [](auto x) { return x / max(x); }, running(average)) == mistake::running_unnamed);
static_assert(with_formula(grouped | running(average), [](auto x) { return x / max(x); }) == mistake::running_unnamed);

// The layer as a whole
static_assert(finished(grouped) == mistake::none && finished(image) == mistake::layer_empty);
static_assert(finished(image | over(H) | gain(C)) == mistake::over_unused);
static_assert(finished(image | over(H) | over(W) | center) == mistake::over_unused);
static_assert(finished(image | over(H)) == mistake::over_unused);
static_assert(finished(image | gain(C) | running(average)) == mistake::running_nothing);
static_assert(finished(image | over(H) | [](auto x) { return x - mean(over(W), x); }) == mistake::over_unused);

TEST_CASE("the checks hold while this file compiles") { CHECK(with(image, over(T)) == mistake::over_unknown); }

}  // namespace
