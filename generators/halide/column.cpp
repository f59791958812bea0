// One text an op. Add a row here for every row of ops.cpp; a test names the missing ones. What is not an operator or a
// function of Halide's stands in `functions`, or in prelude.cpp where it is called elsewhere too.
#include "column.hpp"

namespace normfold::gen::halide {
namespace {

struct row {
  std::string_view op, text;
  int precedence = 3;
};

constexpr row rows[] = {
    {"add", "{0} + {1}", 1},
    {"sub", "{0} - {1}", 1},
    {"mul", "{0} * {1}", 2},
    {"div", "{0} / {1}", 2},
    {"neg", "-{0}", 2},
    {"max", "larger({0}, {1})"},
    {"min", "smaller({0}, {1})"},
    {"abs", "abs({0})"},
    {"sq", "sq({0})"},
    {"sqrt", "sqrt({0})"},
    {"rsqrt", "rsqrt({0})"},
    {"exp", "exponential({0})"},
    {"log", "log({0})"},
    {"tanh", "tangent({0})"},
    {"sigmoid", "sigmoid({0})"},
    {"erf", "error_function({0})"},
    {"round", "round({0})"},
    {"less", "is_less({0}, {1})"},
    {"less_equal", "is_less_equal({0}, {1})"},
    {"select", "choose({0}, {1}, {2})"},
    {"spread", "({0})"},
    {"storage", "real(stored(storage, {0}))"},
};

constexpr fold_text folds[] = {
    {"mean", "0", "{0}", "plus"},
    {"sum", "0", "{0}", "plus"},
    {"pivot", "0", "{0}", "plus"},
    {"reduce_max", "-infinity", "{0}", "larger"},
    {"reduce_min", "infinity", "{0}", "smaller"},
    {"absmax", "0", "abs({0})", "larger"},
};

// Names of their own, for Halide's take no double or are not exact.
constexpr std::string_view functions = R"(
Expr exponential(Expr a) { return exp(a); }
Expr tangent(Expr a) { return tanh(a); }
Expr sigmoid(Expr a) { return number_of(a.type(), 1) / (number_of(a.type(), 1) + exp(-a)); }
// Halide's own is right to four digits only; the C library's costs a call for each element.
Expr error_function(Expr a) {
  return Internal::Call::make(a.type(), a.type() == Float(64) ? "erf" : "erff", {a}, Internal::Call::PureExtern);
}
)";

}  // namespace

void print_functions(writer& out) { out.line(functions.substr(0, functions.size() - 1)); }

std::string_view elementwise_text(std::string_view op) {
  for (const row& r : rows)
    if (r.op == op) return r.text;
  return {};
}

int precedence(std::string_view op) {
  for (const row& r : rows)
    if (r.op == op) return r.precedence;
  return 3;
}

const fold_text* find_fold(std::string_view op) {
  for (const fold_text& f : folds)
    if (f.op == op) return &f;
  return nullptr;
}

}  // namespace normfold::gen::halide
