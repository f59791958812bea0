// One text an op. Add a row here for every row of ops.cpp; a test names the missing ones.
#include "column.hpp"

namespace normfold::gen::highway {
namespace {

struct row {
  std::string_view op, text;
  bool math = false;
};

constexpr row rows[] = {
    {"add", "hn::Add({0}, {1})"},
    {"sub", "hn::Sub({0}, {1})"},
    {"mul", "hn::Mul({0}, {1})"},
    {"div", "hn::Div({0}, {1})"},
    {"neg", "hn::Neg({0})"},
    {"max", "nf::Max({0}, {1})"},
    {"min", "nf::Min({0}, {1})"},
    {"abs", "hn::Abs({0})"},
    {"sq", "nf::Sq({0})"},
    {"sqrt", "hn::Sqrt({0})"},
    {"rsqrt", "nf::Rsqrt(d, {0})"},
    {"exp", "nf::Exp(d, {0})", true},
    {"log", "nf::Log(d, {0})", true},
    {"tanh", "nf::Tanh(d, {0})", true},
    {"sigmoid", "nf::Sigmoid(d, {0})", true},
    {"erf", "nf::Erf(d, {0})", true},
    {"round", "hn::Round({0})"},
    {"less", "nf::Less(d, {0}, {1})"},
    {"less_equal", "nf::LessEqual(d, {0}, {1})"},
    {"select", "nf::Select(d, {0}, {1}, {2})"},
    {"spread", "{0}"},
    {"storage", "nf::Round(S(), d, {0})"},
};

constexpr fold_text folds[] = {
    {"mean", "hn::Add({s}, {0})", "nf::Sum"},
    {"sum", "hn::Add({s}, {0})", "nf::Sum"},
    {"pivot", "hn::Add({s}, {0})", "nf::Sum"},
    {"reduce_max", "nf::Max({s}, {0})", "nf::Largest"},
    {"reduce_min", "nf::Min({s}, {0})", "nf::Smallest"},
    {"absmax", "nf::Max({s}, hn::Abs({0}))", "nf::LargestAbs"},
};

}  // namespace

std::string_view elementwise_text(std::string_view op) {
  for (const row& r : rows)
    if (r.op == op) return r.text;
  return {};
}

const fold_text* find_fold(std::string_view op) {
  for (const fold_text& f : folds)
    if (f.op == op) return &f;
  return nullptr;
}

bool needs_math(std::string_view op) {
  for (const row& r : rows)
    if (r.op == op) return r.math;
  return false;
}

}  // namespace normfold::gen::highway
