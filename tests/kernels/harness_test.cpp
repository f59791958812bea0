// The harness judged: a plain loop with the face of a generated function passes, and spoiled ones are caught.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

#include "shapes.hpp"

namespace normfold::kernel_tests {

const library& tested() {
  static const library none;
  return none;
}

namespace {

// x - mean(x) over C, rows in N; what is wrong with it is the template's.
enum class fault { none, last_element, beside_input, before_output, behind_input };

template <fault wrong>
normfold_status centre(void* const* buffers, const std::size_t* extents, const normfold_context*) {
  auto* const y = static_cast<float*>(buffers[0]);
  auto* const x = static_cast<float*>(buffers[1]);
  const std::size_t n = extents[0], c = extents[1];
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < c; ++k) sum += x[i * c + k];
    for (std::size_t k = 0; k < c; ++k) y[i * c + k] = static_cast<float>(x[i * c + k] - sum / static_cast<double>(c));
  }
  if (wrong == fault::last_element) y[n * c - 1] += 1e-5F;
  if (wrong == fault::beside_input) x[0] = 0;
  if (wrong == fault::before_output) y[-1] = 0;
  if (wrong == fault::behind_input) y[0] += 0 * const_cast<volatile float*>(x)[n * c];
  return NORMFOLD_OK;
}

const ir::graph& centred() {
  static const ir::graph g = [] {
    ir::graph made{.name = "centred",
                   .source = "",
                   .axes = {{"N"}, {"C"}},
                   .atoms = {{0, ir::part::whole, "N"}, {1, ir::part::whole, "C"}}};
    made.nodes = {{.op = "input", .name = "x", .varies = 3},
                  {.op = "mean", .args = {0}, .varies = 1, .over = 2},
                  {.op = "sub", .args = {0, 1}, .varies = 3}};
    made.names = {{"y", 2, ir::role::output}};
    return made;
  }();
  return g;
}

const normfold_argument arguments[] = {{"y", NORMFOLD_ARGUMENT_OUTPUT, "N.C", "f32"},
                                       {"x", NORMFOLD_ARGUMENT_INPUT, "N.C", "f32"}};
const char* const names[] = {"N", "C"};

template <fault wrong>
trial with() {
  static const normfold_function f{"centred_f32", "centred", "infer", "f32",         "N.C",  "none", 2,
                                   arguments,     2,         names,   centre<wrong>, nullptr};
  trial t(f, centred(), {{"N", 3}, {"C", 37}});
  fill(t);
  return t;
}

TEST_CASE("a right function passes, in memory order or not") {
  const trial t = with<fault::none>();
  for (const guard end : {guard::behind, guard::before}) CHECK(judge(t, expected(t), call(t, {.end = end})) == "");
  CHECK(judge(t, expected(t), call(t, {.in_place = "x"})) == "");
}

TEST_CASE("a wrong element, a changed input and a stray write are reported") {
  const trial wrong = with<fault::last_element>();
  const std::string text = judge(wrong, expected(wrong), call(wrong));
  CHECK_MESSAGE(text.starts_with("y[N=2, C=36] is "), text);
  const trial input = with<fault::beside_input>();
  CHECK(judge(input, expected(input), call(input)).starts_with("x was written"));
  const trial stray = with<fault::before_output>();
  CHECK(judge(stray, expected(stray), call(stray)).starts_with("memory beside y"));
}

TEST_CASE("a read behind the end of a buffer faults") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    call(with<fault::behind_input>());
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) != 0));
}

TEST_CASE("elements are found in any memory order") {
  static const normfold_argument transposed[] = {{"y", NORMFOLD_ARGUMENT_OUTPUT, "C.N", "f32"},
                                                 {"x", NORMFOLD_ARGUMENT_INPUT, "C.N", "f32"}};
  const normfold_function f{"centred_f32_CN",
                            "centred",
                            "infer",
                            "f32",
                            "C.N",
                            "none",
                            2,
                            transposed,
                            2,
                            names,
                            [](void* const* b, const std::size_t* e, const normfold_context*) {
                              for (std::size_t i = 0; i < e[0]; ++i) {
                                double sum = 0;
                                for (std::size_t k = 0; k < e[1]; ++k) sum += static_cast<float*>(b[1])[k * e[0] + i];
                                for (std::size_t k = 0; k < e[1]; ++k)
                                  static_cast<float*>(b[0])[k * e[0] + i] = static_cast<float>(
                                      static_cast<float*>(b[1])[k * e[0] + i] - sum / static_cast<double>(e[1]));
                              }
                              return NORMFOLD_OK;
                            },
                            nullptr};
  trial t(f, centred(), {{"N", 3}, {"C", 5}});
  fill(t);
  CHECK(judge(t, expected(t), call(t)) == "");
}

}  // namespace
}  // namespace normfold::kernel_tests
