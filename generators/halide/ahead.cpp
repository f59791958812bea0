// Prefetches in the loops of a kernel whose slices are rows: a pass over what Halide has lowered puts them there.
#include "ahead.hpp"

namespace normfold::gen::halide {
namespace {

constexpr std::string_view helper = R"(
// A loop over a row: its name in what Halide has lowered, and how many elements an iteration takes.
struct Sweep {
  std::string loop;
  int elements;
};

// Asks for the memory of the next row while one is computed, line by line: the sums for the first half of what is read, the sweep that
// stores the outputs for the rest and for what it will write. So memory is always at work, and what is needed now does not wait behind
// what is asked for. Func::prefetch cannot say this: it asks for every 64th element instead of every line of 64 bytes, and for no output.
// Rows of more than kRowBytes the processor sees coming. Tensors of less than kLeastBytes may be in the second-level cache, and would only
// push this row out of the first.
class AskAhead : public Internal::IRMutator {
 public:
  static constexpr int kRowBytes = 1 << 15, kLeastBytes = 1 << 20;
  static constexpr int kAskBytes = 32;  // half a line: asked for once, rows of 3 KiB take 1.1 times as long

  AskAhead(std::vector<Sweep> sweeps, std::vector<std::string> inputs) : sweeps_(std::move(sweeps)), inputs_(std::move(inputs)) {}

 private:
  using Internal::IRMutator::visit;

  // The tensors that a loop's body reads and writes.
  struct Tensors : Internal::IRVisitor {
    std::map<std::string, Type> read, written;
    using Internal::IRVisitor::visit;
    void visit(const Internal::Load* op) override {
      read[op->name] = op->type.element_of();
      Internal::IRVisitor::visit(op);
    }
    void visit(const Internal::Store* op) override {
      written[op->name] = op->value.type().element_of();
      Internal::IRVisitor::visit(op);
    }
  };

  Internal::Stmt visit(const Internal::For* op) override {
    if (op->for_type == Internal::ForType::Parallel) row_ = op->name;
    for (const Sweep& s : sweeps_)
      if (s.loop == op->name) asks_ = asks(s, op->body, number(op->name) - op->min, s.loop == sweeps_.back().loop);
    return Internal::IRMutator::visit(op);
  }

  Internal::Stmt visit(const Internal::Store* op) override {
    return asks_.defined() ? Internal::Block::make(std::exchange(asks_, Internal::Stmt()), op) : Internal::Stmt(op);
  }

  // What iteration i of the sweep asks for.
  Internal::Stmt asks(const Sweep& s, const Internal::Stmt& body, const Expr& i, bool is_last) {
    Tensors tensors;
    body.accept(&tensors);
    Internal::Stmt all;
    const auto ask = [&](const std::string& tensor, Type type, bool is_second_half, int elements) {
      const Expr n = number(inputs_[0] + ".extent.0"), rows = number(inputs_[0] + ".extent.1");
      const Expr is_asked = n * type.bytes() <= kRowBytes && wide(n) * wide(rows) * type.bytes() >= kLeastBytes;
      const auto asked = [&](const Expr& e) { return wide(select(is_asked, e, 0)); };
      const Expr next = (wide(number(row_)) + asked(1)) * wide(number(tensor + ".stride.1"));
      const Expr from = next + asked(is_second_half ? n / 2 : 0) + wide(i) * asked(elements);
      for (int at = 0; at < elements; at += kAskBytes / type.bytes()) {
        const std::vector<Expr> line{Internal::Variable::make(Handle(), tensor), from + wide(at), 1, 1};
        const Internal::Stmt one =
            Internal::Evaluate::make(Internal::Call::make(type, Internal::Call::prefetch, line, Internal::Call::Intrinsic));
        all = all.defined() ? Internal::Block::make(all, one) : one;
      }
    };
    for (const std::string& tensor : inputs_) {
      if (tensors.read.count(tensor) == 0) continue;
      if (!is_last) half_.insert(tensor);
      const bool is_half = half_.count(tensor) != 0;
      ask(tensor, tensors.read[tensor], is_last && is_half, is_half ? s.elements / 2 : s.elements);
    }
    for (const auto& [tensor, type] : tensors.written)
      if (is_last) ask(tensor, type, false, s.elements);
    return all;
  }

  static Expr number(const std::string& name) { return Internal::Variable::make(Int(32), name); }
  static Expr wide(const Expr& e) { return cast(Int(64), e); }

  std::vector<Sweep> sweeps_;
  std::vector<std::string> inputs_;
  std::string row_;             // the loop from row to row
  std::set<std::string> half_;  // tensors for the first half of whose rows the sums have asked
  Internal::Stmt asks_;         // of the loop that is being visited
};

// The first sums of rows of `length` and the sweep that stores `output`, so many elements an iteration, ask for those of `inputs`.
std::unique_ptr<AskAhead> ask_ahead(const Steps& steps, const Func& output, const Var& column, const Expr& length, int elements,
                                    std::vector<std::string> inputs) {
  std::vector<Sweep> sweeps;
  for (const RowFold& fold : steps.rows)
    if (sweeps.empty() && !fold.runs.empty() && fold.length.same_as(length)) sweeps.push_back({fold.runs, kLanes * kRun});
  sweeps.push_back({output.name() + ".s0." + column.name() + "." + column.name(), elements});
  return std::make_unique<AskAhead>(std::move(sweeps), std::move(inputs));
}
)";

}  // namespace

void print_ahead_helper(writer& out) { out.line(helper.substr(0, helper.size() - 1)); }

}  // namespace normfold::gen::halide
