// Evaluation as one multiply-add per element: a value that given statistics and parameters shift and stretch becomes
// v * a + b, with a and b formed once where they are the same for many elements (docs/decisions/0007).
#include <map>

#include "builder.hpp"
#include "ops.hpp"
#include "rules.hpp"

namespace normfold::gen {
namespace {

constexpr int none = -1;

// (base - centre) * factor + shift
struct affine {
  int base;
  int centre = none, factor = none, shift = none;
  int steps = 0;
  bool given = false;  ///< some part of it is a statistic that the caller passes in
};

class collector {
 public:
  explicit collector(builder& b) : b_(b) {}

  int add(const ir::node& n) {
    affine f{.base = none};
    if (n.args.size() == 2 && (n.op == "add" || n.op == "sub" || n.op == "mul"))
      for (const std::size_t k : {std::size_t{0}, std::size_t{1}})
        if (const int element = n.args[k], fixed = n.args[1 - k];
            f.base == none && b_.made_of(element) == origin::element && b_[fixed].varies != b_[element].varies &&
            is_fixed(fixed))
          f = step(n, element, fixed, k == 1);
    const bool worth_it = f.base != none && f.given && f.steps > 1 && f.factor != none;
    const int made = worth_it ? written(f) : b_.add(n);
    if (f.base != none) forms_[made] = f;
    return made;
  }

 private:
  // What the caller gives and what follows from it alone.
  bool is_fixed(int i) const {
    const ir::node& n = b_[i];
    if (n.op == "input" || is_reduction(n.op) || n.op == "pivot") return false;
    for (const int a : n.args)
      if (!is_fixed(a)) return false;
    return true;
  }
  bool has_given(int i) const {
    if (b_.is(i, "given")) return true;
    for (const int a : b_[i].args)
      if (has_given(a)) return true;
    return false;
  }

  int together(const char* op, int a, int b) { return a == none ? b : simplified(b_, {.op = op, .args = {a, b}}); }

  affine step(const ir::node& n, int element, int fixed, bool reversed) {
    const auto found = forms_.find(element);
    affine f = found == forms_.end() ? affine{.base = element} : found->second;
    ++f.steps;
    f.given = f.given || has_given(fixed);
    if (n.op == "mul") {
      f.factor = together("mul", f.factor, fixed);
      if (f.shift != none) f.shift = together("mul", f.shift, fixed);
      return f;
    }
    if (n.op == "sub" && reversed) return {.base = none};  // fixed - element: not a step of any norm
    if (n.op == "sub" && f.factor == none) f.centre = together("add", f.centre, fixed);
    else if (n.op == "add") f.shift = together("add", f.shift, fixed);
    else f.shift = simplified(b_, {.op = "sub", .args = {f.shift == none ? b_.constant(0) : f.shift, fixed}});
    return f;
  }

  // base * factor + (shift - centre * factor)
  int written(const affine& f) {
    const int stretched = b_.op("mul", {f.base, f.factor});
    b_.name("a", f.factor, ir::role::label);
    if (f.centre == none && f.shift == none) return stretched;
    int offset = f.shift;
    if (f.centre != none)
      offset = b_.op("sub", {offset == none ? b_.constant(0) : offset, b_.op("mul", {f.centre, f.factor})});
    b_.name("b", offset, ir::role::label);
    return b_.op("add", {stretched, offset});
  }

  builder& b_;
  std::map<int, affine> forms_;
};

}  // namespace

ir::graph as_multiply_add(const ir::graph& g) {
  builder b(g);
  collector c(b);
  rebuild(g, b, [&](int, ir::node n) { return c.add(n); });
  return b.finish();
}

}  // namespace normfold::gen
