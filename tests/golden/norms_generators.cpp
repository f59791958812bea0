// Kernels of norms as Halide generators, printed by Normfold: the algorithm of each, then its schedule. The C
// functions that check their arguments and call them are in norms_halide.cpp.
#include <Halide.h>

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace Halide;

// Folds along a row run in this many lanes, whatever the target's vectors are: element i goes to lane i % kLanes, on a GPU
// i % kThreads. kRun elements of a lane are merged before they go to it, or kStreams where a slice has several rows. Folds along columns
// add up chunks of kChunk rows, and merge kStreams rows, which lie a part of the chunk apart, before they go to it; in the sweep that
// stores an output chunks have kRows rows.
// So a sum's order does not depend on the CPU, on threads or on what else is computed.
constexpr int kLanes = 32;
constexpr int kRun = 2;
constexpr int kThreads = 256;
constexpr int kBlock = 64;  // the first elements of a slice, of which a pivot is the mean
constexpr int kRows = 8;
constexpr int kChunk = 512;
constexpr int kStreams = 4;
constexpr int kVectors = 4;

using Statistics = std::map<std::string, Func>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// A number of the type of a statistic.
Expr number_of(Type t, double value) { return t == Float(64) ? Expr(value) : Expr(static_cast<float>(value)); }

// A tensor of 16 bit integers holds bfloat16: the upper half of a float's bits. Stores round to the nearest, ties to even, by
// these bits: Halide's own casts lose subnormal numbers, and make infinity of a NaN in float16. short_nans: of each NaN these bits are 0,
// as in one that was bfloat16 or that arithmetic on a CPU makes, and rounding leaves it one.
Expr loaded(Expr e) { return e.type() == UInt(16) ? reinterpret(Float(32), cast(UInt(32), e) << 16) : e; }
Expr upper_half(Expr e, bool short_nans) {
  const Expr bits = reinterpret(UInt(32), e);
  const Expr rounded = bits + cast(UInt(32), 0x7fff) + ((bits >> 16) & 1);
  return cast(UInt(16), (short_nans ? rounded : select(is_nan(e), bits | cast(UInt(32), 0x400000), rounded)) >> 16);
}
Expr stored(Type t, Expr e, bool short_nans = false) {
  if (t == UInt(16)) return upper_half(cast(Float(32), e), short_nans);
  if (t == Float(16)) return select(is_nan(e), reinterpret(t, cast(UInt(16), 0x7e00)), cast(t, e));
  return cast(t, e);
}

// How many elements are stored at once: as many as fill a vector, if each is rounded in few instructions.
int stored_at_once(Type t, bool short_nans, int vector) { return t == UInt(16) && short_nans ? 2 * vector : vector; }

Expr sq(Expr a) { return a * a; }
Expr rsqrt(Expr a) { return number_of(a.type(), 1) / sqrt(a); }
Expr plus(Expr a, Expr b) { return a + b; }

// NaN wins, on either side.
Expr larger(Expr a, Expr b) { return select(is_nan(a) || b < a, a, b); }
Expr smaller(Expr a, Expr b) { return select(is_nan(a) || a < b, a, b); }

// Conditions are numbers: 1 where they hold, else 0. Newer versions of Halide read a <= b as !(b < a), which holds for NaN.
Expr is_less(Expr a, Expr b) { return cast(a.type(), a < b); }
Expr is_less_equal(Expr a, Expr b) { return cast(a.type(), a < b || a == b); }
Expr choose(Expr condition, Expr a, Expr b) { return select(condition != number_of(condition.type(), 0), a, b); }

// Whether a mean of squares is an ordinary number: no square overflowed, and none that counts vanished.
Expr in_range(Expr v) {
  return v.type() == Float(64) ? v > Expr(0x1p-1016) && v < Expr(0x1p1018) : v > Expr(0x1p-120f) && v < Expr(0x1p122f);
}

// Whether sums about a pivot are exact enough: its square is at most half the variance. A mean of kBlock is farther off in one
// of some ten million slices.
Expr is_near(Expr shift, Expr variance) { return number_of(variance.type(), 2) * sq(shift) <= variance; }

// The power of two that brings `largest` near 1, bounded so that it and its reciprocal are normal numbers; 1 where
// `largest` is 0, infinite or NaN.
Expr power_of_two(Expr largest) {
  const bool is_double = largest.type() == Float(64);
  const Type bits = is_double ? Int(64) : Int(32);
  const int fraction = is_double ? 52 : 23;
  const Expr most = cast(bits, is_double ? 2045 : 253);
  const Expr exponent = clamp(most - (reinterpret(bits, largest) >> cast(bits, fraction)), cast(bits, 1), most);
  const Expr ordinary = largest > number_of(largest.type(), 0) && largest < number_of(largest.type(), infinity);
  return select(ordinary, reinterpret(largest.type(), exponent << cast(bits, fraction)), number_of(largest.type(), 1));
}

// One of two values. Halide computes what a select does not choose only where it is needed; in a block of threads that puts
// barriers under conditions, of which drivers for OpenCL make long programs: there both are computed.
Expr chosen_by_select(Expr condition, Expr a, Expr b) { return select(condition, a, b); }
Expr chosen_by_bits(Expr condition, Expr a, Expr b) {
  const Type bits = a.type().with_code(halide_type_uint);
  const Expr mask = select(condition, ~cast(bits, 0), cast(bits, 0));
  return reinterpret(a.type(), (reinterpret(bits, a) & mask) | (reinterpret(bits, b) & ~mask));
}

// A tree of halves merges partial results of a fold.
using Merge = Expr (*)(Expr, Expr);
Expr tree(Merge merge, std::vector<Expr> parts) {
  for (size_t half = parts.size() / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) parts[i] = merge(parts[i], parts[i + half]);
  return parts[0];
}

// What is computed on the way to the outputs: folds along rows, folds along columns, and values of a slice.
using Exprs = std::vector<Expr>;
struct RowFold {
  Func lanes, vectors, totals;
  Exprs results;
  Expr length;       // of a single run
  std::string runs;  // the loop over it, unless it is taken under a condition
};
struct ColumnFold {
  Func partial, sums, totals;
};
struct Steps {
  std::vector<RowFold> rows;
  std::vector<ColumnFold> columns;
  std::vector<Func> values, details;  // details: of which only other values are made
};

// Every tensor begins at 0 and has the extents of the loops that it varies along.
void set_extents(Func output, const std::vector<Expr>& extents) {
  for (int i = 0; i < output.dimensions(); ++i) output.output_buffers()[0].dim(i).set_bounds(0, extents[i]);
}
void set_extents(GeneratorInput<Buffer<>>& input, const std::vector<Expr>& extents) {
  for (int i = 0; i < input.dimensions(); ++i) input.dim(i).set_bounds(0, extents[i]);
}

// One of the folds that a sweep takes: how two results merge, and where it starts.
struct Fold {
  Merge merge;
  Expr start;
};
Exprs merged(const std::vector<Fold>& folds, const std::function<Exprs(int)>& part, int parts) {
  std::vector<Exprs> all(folds.size());
  for (int i = 0; i < parts; ++i)
    for (size_t f = 0; f < folds.size(); ++f) all[f].push_back(part(i)[f]);
  Exprs out;
  for (size_t f = 0; f < folds.size(); ++f) out.push_back(tree(folds[f].merge, all[f]));
  return out;
}
void define(FuncRef to, const Exprs& values) {
  if (values.size() == 1) to = values[0];
  else to = Tuple(values);
}
Exprs values_of(const FuncRef& f) {
  Exprs out;
  for (size_t i = 0; f.size() > 1 && i < f.size(); ++i) out.push_back(f[static_cast<int>(i)]);
  return f.size() > 1 ? out : Exprs{f};
}

// Merges one more value into each of the folds that `to` holds.
void add(const FuncRef& to, const std::vector<Fold>& folds, const Exprs& values) {
  const Exprs before = values_of(to);
  define(to, merged(folds, [&](int i) { return i == 0 ? before : values; }, 2));
}

// Folds over a row: terms(at) gives what goes to each fold at an index of the row's loops, the innermost first, which have `n`
// elements. Loops go over blocks of lanes. The outermost takes single steps until whole runs are left, then runs: of kRun blocks,
// or of kStreams rows that lie apart in memory, which the processor fetches ahead sooner than one. What does not fill a block is
// dealt out to the lanes. A mean that has to be near only (is_rough) does without runs. Where a condition is given, blocks
// are taken where it holds. The tree merges `vector` lanes at a time, then those of one vector.
RowFold fold_row(Var lane, int vector, const std::vector<Var>& kept, const Exprs& n, const std::vector<Fold>& folds, bool on_gpu,
                 bool is_rough, const Expr& where, const std::function<Exprs(const Exprs& at)>& terms) {
  RowFold out{Func("lanes"), Func("vectors"), Func(), {}, n[0], ""};
  const int width = on_gpu ? kThreads : kLanes, step = on_gpu ? 8 : vector;
  const auto at = [&](const Expr& i) {
    Exprs all{i};
    all.insert(all.end(), kept.begin(), kept.end());
    return all;
  };
  std::vector<Var> lanes{lane};
  lanes.insert(lanes.end(), kept.begin(), kept.end());
  Exprs starts;
  for (const Fold& f : folds) starts.push_back(f.start);
  define(out.lanes(lanes), starts);

  Exprs steps = n;
  steps[0] = (on_gpu ? n[0] + width - 1 : n[0]) / width;
  const size_t outer = n.size() - 1;
  const int together = outer > 0 ? kStreams : kRun;
  const Expr singles = on_gpu || is_rough ? steps[outer] : steps[outer] % together;
  const auto domain = [&](Exprs extents, size_t loop, const Expr& extent) {
    extents[loop] = extent;
    Region all;
    for (const Expr& e : extents) all.push_back({0, e});
    return RDom(all);
  };
  const auto elements = [&](const RDom& block, const Expr& of_outer) {
    Exprs all;
    for (size_t i = 0; i < n.size(); ++i) all.push_back(i == outer ? of_outer : Expr(block[static_cast<int>(i)]));
    all[0] = all[0] * width + lane;
    return all;
  };
  const int last = static_cast<int>(outer);
  RDom block = domain(steps, outer, singles), run = domain(steps, outer, steps[outer] / together), rest = domain(n, 0, n[0] % width);
  for (RDom* each : {&block, &run})
    if (where.defined()) each->where(where);
  if (on_gpu) block.where(block[0] * width + lane < n[0]);
  add(out.lanes(at(lane)), folds, terms(elements(block, block[last])));
  if (!on_gpu && !is_rough)
    add(out.lanes(at(lane)), folds,
        merged(folds, [&](int i) { return terms(elements(run, singles + run[last] * together + i)); }, together));
  if (!on_gpu && !is_rough && outer == 0 && !where.defined()) out.runs = out.lanes.name() + ".s2." + run[0].name();
  if (!on_gpu) {
    Exprs left{n[0] / width * width + rest[0]};
    Expr dealt = 0;
    for (size_t i = outer; i > 0; --i) dealt = dealt * n[i] + rest[static_cast<int>(i)];
    dealt = outer > 0 ? (dealt * (n[0] % width) + rest[0]) % width : Expr(rest[0]);
    for (size_t i = 1; i < n.size(); ++i) left.push_back(rest[static_cast<int>(i)]);
    add(out.lanes(at(dealt)), folds, terms(left));
  }
  define(out.vectors(lanes), merged(folds, [&](int i) { return values_of(out.lanes(at(lane + step * i))); }, width / step));
  out.results = merged(folds, [&](int i) { return values_of(out.vectors(at(i))); }, step);
  return out;
}

// Folds over the `n` rows of columns, in chunks: terms(row) gives what goes to each. The kStreams rows that are taken together lie
// a part of the chunk apart, so that each stream goes through memory in order: the processor fetches several such streams ahead
// sooner than one. Rows are bounded, so that Halide computes no statistic of one beyond the last. Where a condition is given,
// they are taken where it holds: of that Halide makes the loop's bound.
void fold_chunks(Func to, const std::vector<Var>& variables, Var chunk, const Expr& n, const std::vector<Fold>& folds,
                 const Expr& where, const std::function<Exprs(const Expr& row)>& terms) {
  Exprs starts;
  for (const Fold& f : folds) starts.push_back(f.start);
  define(to(variables), starts);
  const auto at = [&](const Expr& c) {
    Exprs all;
    for (const Var& v : variables) all.push_back(v.same_as(chunk) ? c : Expr(v));
    return to(all);
  };
  RDom rows(0, kChunk / kStreams), rest(0, n % kStreams);
  const Expr limit = where.defined() ? select(where, n / kStreams, 0) : n / kStreams;
  rows.where(chunk * (kChunk / kStreams) + rows < limit);
  const Expr part = clamp(n - chunk * kChunk, 0, kChunk) / kStreams;
  const auto stream = [&](int i) { return terms(min(chunk * kChunk + i * part + rows, n - 1)); };
  add(at(chunk), folds, merged(folds, stream, kStreams));
  add(at(n / kChunk), folds, terms(n / kStreams * kStreams + rest));
}

// Folds over kRows rows of a column: terms(row) gives what goes to each. Rows beyond the last of `n` leave no trace.
void fold_rows(FuncRef to, const Expr& chunk, const Expr& n, const std::vector<Fold>& folds,
               const std::function<Exprs(const Expr& row)>& terms) {
  const auto row = [&](int i) {
    const Expr index = chunk * kRows + i;
    Exprs values = terms(min(index, n - 1));
    for (size_t f = 0; f < folds.size(); ++f) values[f] = select(likely(index < n), values[f], folds[f].start);
    return values;
  };
  define(to, merged(folds, row, kRows));
}

// Schedules the folds of a row: all lanes at once, so that LLVM keeps them in several registers. Of a single run each is stored
// by itself, as wide as the tree loads it: where widths differ LLVM takes vectors apart element by element, once a row.
void in_lanes(const RowFold& fold, Var lane, int vector) {
  const Var part("part");
  Func lanes = fold.lanes, vectors = fold.vectors;
  const int last = lanes.num_update_definitions() - 1;
  const bool is_run = last >= 0 && lanes.rvars(last).size() == 1;
  const auto at_once = [&](Stage s, const std::vector<RVar>& over) {
    if (is_run) s.split(lane, part, lane, vector).unroll(part);
    std::vector<VarOrRVar> order{lane};
    if (is_run) order.push_back(part);
    order.insert(order.end(), over.begin(), over.end());
    if (order.size() > 1) s.reorder(order);
    s.vectorize(lane);
  };
  at_once(lanes, {});
  for (int i = 0; i < last; ++i) at_once(lanes.update(i), lanes.rvars(i));
  if (last >= 0) lanes.update(last).unscheduled();
  vectors.vectorize(lane);
}

// Schedules the sums over all chunks of a column.
void merge_chunks(ColumnFold fold, Var column, int vector) {
  const Var task("task");
  fold.sums.compute_root().vectorize(column, vector, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order{column};
  for (const RVar& r : fold.sums.rvars(0)) order.push_back(r);
  order.push_back(task);
  Stage merge = fold.sums.update(0);
  merge.split(column, task, column, kChunk, TailStrategy::GuardWithIf).reorder(order).parallel(task);
  merge.vectorize(column, vector, TailStrategy::GuardWithIf);
  fold.totals.compute_root();
}

// Schedules the sums of columns: a vector of columns at a time; tasks are chunks, of each slice its own.
void in_chunks(const ColumnFold& fold, Var column, Var chunk, int vector) {
  Func partial = fold.partial;
  partial.compute_root().vectorize(column, vector, TailStrategy::GuardWithIf).parallel(chunk);
  Stage sweep = partial.update(0);
  sweep.reorder(column, partial.rvars(0)[0]).vectorize(column, vector, TailStrategy::GuardWithIf);
  const Var task("task");
  Var tasks = chunk;
  for (size_t i = 1; i < fold.sums.args().size(); ++i) {
    sweep.fuse(fold.sums.args()[i], tasks, task);
    tasks = task;
  }
  sweep.parallel(tasks);
  partial.update(1).reorder(column, partial.rvars(1)[0]).vectorize(column, vector, TailStrategy::GuardWithIf);
  merge_chunks(fold, column, vector);
}

// Schedules the steps of a slice beside it, in the loop `slice` of `f`; `kept` tells slices apart.
void beside(const Steps& steps, Func f, Var slice, const std::vector<Var>& kept, Var lane, int vector) {
  const auto of_slice = [&](Func step) {
    step.compute_at(f, slice);
    for (const Var& k : kept) step.bound_extent(k, 1);
    return step;
  };
  for (const RowFold& fold : steps.rows) {
    for (const Func& step : {fold.lanes, fold.vectors, fold.totals}) of_slice(step);
    in_lanes(fold, lane, vector);
  }
  for (const std::vector<Func>& values : {steps.values, steps.details})
    for (const Func& value : values) of_slice(value);
}

// Schedules the sums of rows, what is made of them, and sums of columns in the sweep that stores `output`. A task takes kRows rows: first the
// sums of each, then those of the columns, then what is stored, for that may lie where an operand is. So rows are read once.
void together(const Steps& steps, Func output, Var row, Var chunk, Var lane, int vector) {
  const ColumnFold& columns = steps.columns[0];
  Func partial = columns.partial;
  const Var column = partial.args()[0];
  partial.compute_root().vectorize(column, vector, TailStrategy::GuardWithIf).parallel(chunk);
  output.split(row, chunk, row, kRows, TailStrategy::GuardWithIf).parallel(chunk).compute_with(partial, chunk);
  for (RowFold fold : steps.rows) {
    fold.totals.compute_at(partial, chunk).bound_extent(row, kRows);
    for (Func step : {fold.lanes, fold.vectors}) step.compute_at(fold.totals, row);
    in_lanes(fold, lane, vector);
  }
  for (Func value : steps.values) value.compute_at(partial, chunk).bound_extent(row, kRows);
  merge_chunks(columns, column, vector);
}

// Schedules the rows of an output that waits for memory: kVectors vectors of numbers at a time, so that more of it is under way, stored
// `wide` by `wide`.
void in_vectors(Func output, Var column, int vector, int wide) {
  const Var part("part");
  output.split(column, column, part, kVectors * vector, TailStrategy::GuardWithIf).vectorize(part, wide).unroll(part);
}

// Schedules the slices of an output that are several rows each, over the loops `over`: where rows are long and many (is_wide),
// kStreams of them side by side, as its sums are taken.
void in_streams(Func output, std::vector<Var> over, const Expr& is_wide, int vector) {
  const Var part("part"), stream("stream"), column = over[0], row = over.back();
  Stage wide = output.specialize(is_wide);
  wide.split(column, column, part, vector, TailStrategy::GuardWithIf).split(row, row, stream, kStreams, TailStrategy::GuardWithIf);
  over.pop_back();
  over.insert(over.begin(), {part, stream});
  wide.reorder(std::vector<VarOrRVar>(over.begin(), over.end())).vectorize(part).unroll(stream);
  output.vectorize(column, vector, TailStrategy::GuardWithIf);
}

// Schedules each step for all slices before the next one.
void before_all(const Steps& steps, Var lane, Var chunk, int vector) {
  for (RowFold fold : steps.rows) {
    in_lanes(fold, lane, vector);
    fold.totals.compute_root();
    const std::vector<Var> kept = fold.totals.args();
    if (!kept.empty()) fold.totals.parallel(kept.back());
    for (Func f : {fold.lanes, fold.vectors}) kept.empty() ? f.compute_root() : f.compute_at(fold.totals, kept[0]);
  }
  for (const ColumnFold& fold : steps.columns) in_chunks(fold, fold.partial.args()[0], chunk, vector);
  for (const std::vector<Func>& values : {steps.values, steps.details})
    for (Func value : values) {
      value.compute_root();
      if (!value.args().empty()) value.vectorize(value.args()[0], vector, TailStrategy::GuardWithIf);
    }
}

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

// On a GPU: an element to a thread, kThreads of them to a block. `serial` runs in the thread. One index counts the blocks,
// since the others may not exceed 65535.
const Var gpu_block("gpu_block"), gpu_row("gpu_row"), gpu_thread("gpu_thread"), gpu_thread_row("gpu_thread_row");

Var fused(Stage s, std::vector<Var> loops, Var into) {
  for (size_t i = 1; i < loops.size(); ++i) s.fuse(i == 1 ? loops[0] : into, loops[i], into);
  return loops.size() == 1 ? loops[0] : into;
}

void on_threads(Stage s, std::vector<Var> loops, const std::vector<RVar>& serial = {}) {
  if (loops.empty()) {
    s.gpu_single_thread();
    return;
  }
  std::vector<VarOrRVar> order(serial.begin(), serial.end());
  order.insert(order.end(), loops.begin(), loops.end());
  if (order.size() > 1) s.reorder(order);
  const Var inner = loops[0];
  loops.erase(loops.begin());
  if (loops.empty()) {
    s.split(inner, gpu_block, gpu_thread, kThreads, TailStrategy::GuardWithIf).gpu_blocks(gpu_block).gpu_threads(gpu_thread);
    return;
  }
  const Var outer = fused(s, loops, gpu_row);
  s.tile(inner, outer, gpu_block, gpu_row, gpu_thread, gpu_thread_row, 32, kThreads / 32, TailStrategy::GuardWithIf);
  s.fuse(gpu_block, gpu_row, gpu_block).gpu_blocks(gpu_block).gpu_threads(gpu_thread, gpu_thread_row);
}
void on_threads(Func f) { on_threads(f, f.args()); }

// All lanes of a row's sums at once.
void lanes_on_threads(Func lanes, Var lane) {
  lanes.gpu_threads(lane);
  if (!lanes.has_update_definition()) return;
  std::vector<VarOrRVar> order;
  for (const RVar& r : lanes.rvars(0)) order.push_back(r);
  order.push_back(lane);
  lanes.update(0).reorder(order).gpu_threads(lane);
}

// A slice is a block: its statistics lie in the block's memory, and its elements go to the block's threads. Details of
// statistics are computed where they are needed.
void gpu_beside(const Steps& steps, Func output, const std::vector<Var>& over, const std::vector<Var>& kept, Var lane) {
  const Var element = fused(output, over, gpu_row), slice = fused(output, kept, gpu_block);
  output.split(element, gpu_row, gpu_thread, kThreads, TailStrategy::GuardWithIf);
  output.reorder(gpu_row, gpu_thread, slice).gpu_blocks(slice).gpu_threads(gpu_thread);
  const auto of_slice = [&](Func f) {
    f.compute_at(output, slice);
    for (const Var& k : kept) f.bound_extent(k, 1);
    return f;
  };
  for (const RowFold& f : steps.rows) {
    lanes_on_threads(of_slice(f.lanes), lane);
    lanes_on_threads(of_slice(f.vectors), lane);
    of_slice(f.totals);
  }
  for (const Func& f : steps.values) of_slice(f);
}

// Every sweep is a launch, or a few.
void gpu_before_all(const Steps& steps, const std::vector<Func>& outputs, Var lane) {
  for (RowFold f : steps.rows) {
    f.totals.compute_root();
    if (f.totals.args().empty()) {
      for (Func sums : {f.lanes, f.vectors}) {
        sums.compute_root();
        on_threads(sums);
        if (sums.has_update_definition()) on_threads(sums.update(0), {lane}, sums.rvars(0));
      }
      on_threads(f.totals);
      continue;
    }
    const Var slice = fused(f.totals, f.totals.args(), gpu_block);
    f.totals.gpu_blocks(slice);
    lanes_on_threads(f.lanes.compute_at(f.totals, slice), lane);
    lanes_on_threads(f.vectors.compute_at(f.totals, slice), lane);
  }
  for (ColumnFold f : steps.columns) {
    const std::vector<Var> columns = f.sums.args(), all = f.partial.args();
    on_threads(f.partial.compute_root());
    if (f.partial.has_update_definition()) {
      on_threads(f.partial.update(0), all, f.partial.rvars(0));
      std::vector<Var> last = all;
      last.erase(last.begin() + static_cast<std::ptrdiff_t>(columns.size()));  // the last chunk alone
      on_threads(f.partial.update(1), last, f.partial.rvars(1));
    }
    on_threads(f.sums.compute_root());
    on_threads(f.sums.update(0), columns, f.sums.rvars(0));
    on_threads(f.totals.compute_root());
  }
  for (Func f : steps.values) on_threads(f.compute_root());
  for (Func f : outputs) on_threads(f);
}

Expr exponential(Expr a) { return exp(a); }
Expr tangent(Expr a) { return tanh(a); }
Expr sigmoid(Expr a) { return number_of(a.type(), 1) / (number_of(a.type(), 1) + exp(-a)); }
// Halide's own is right to four digits only; the C library's costs a call for each element.
Expr error_function(Expr a) {
  return Internal::Call::make(a.type(), a.type() == Float(64) ? "erf" : "erff", {a}, Internal::Call::PureExtern);
}

// layer<"layer_norm">(N, T, C) | over(C) | center | scale | affine(C)
// Nest: [keep N*T] [reduce C], a slice at a time.
class LayerNormTrain : public Generator<LayerNormTrain> {
 public:
  Input<Buffer<>> x{"x", 2};
  Input<Buffer<>> weight{"weight", 1};
  Input<Buffer<>> bias{"bias", 1};
  Output<Func> of_nt{"of_nt", 1};
  Output<Func> y{"y", 2};

  void generate() {
    const Type storage = x.type();
    const Type parameter = weight.type();
    const Type statistic = storage == Float(64) ? Float(64) : Float(32);
    const int vector = natural_vector_size(statistic);
    const bool on_gpu = get_target().has_gpu_feature();
    const int width = on_gpu ? kThreads : kLanes;
    const auto chosen = on_gpu ? chosen_by_bits : chosen_by_select;
    const auto real = [&](Expr e) { return cast(statistic, loaded(e)); };
    const auto number = [&](double value) { return number_of(statistic, value); };
    const Expr n_c = x.dim(0).extent(), n_nt = x.dim(1).extent();
    set_extents(x, {n_c, n_nt});
    set_extents(weight, {n_c});
    set_extents(bias, {n_c});

    Steps steps;

    // Statistics of x * scale. Where a condition is given, they are taken where it holds, and about the mean of all
    // instead of the first block's.
    const auto statistics = [&](const Func& scale, const Func& wanted) -> Statistics {
      // pivot = mean(x * scale)
      const Expr some_c = wanted.defined() ? n_c : min(n_c, kBlock);
      Func first2("first2");
      {
        const Expr c = 0;
        first2(nt) = real(x(c, nt)) * scale(nt);
      }
      steps.details.push_back(first2);
      RowFold row2 = fold_row(lane, vector, {nt}, {some_c}, {{plus, number(0)}}, on_gpu, true,
          wanted.defined() ? Expr(wanted(nt)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr c = at[0];
        return {real(x(c, nt)) * scale(nt) - first2(nt)};
      });
      Func pivot("pivot");
      pivot(nt) = first2(nt) + row2.results[0] / real(some_c);
      row2.totals = pivot;
      steps.rows.push_back(row2);
      // mean_sq = mean(sq(x * scale - pivot))
      // shift = mean(x * scale - pivot)
      RowFold row3 = fold_row(lane, vector, {nt}, {n_c}, {{plus, number(0)}, {plus, number(0)}}, on_gpu, false,
          wanted.defined() ? Expr(wanted(nt)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr c = at[0];
        const Expr from_pivot = real(x(c, nt)) * scale(nt) - pivot(nt);
        return {sq(from_pivot), from_pivot};
      });
      Func sums2("sums2");
      sums2(nt) = {row3.results[0] / real(n_c), row3.results[1] / real(n_c)};
      Func mean_sq("mean_sq"), shift("shift");
      mean_sq(nt) = sums2(nt)[0];
      shift(nt) = sums2(nt)[1];
      row3.totals = sums2;
      steps.rows.push_back(row3);
      Func under_root("under_root");
      under_root(nt) = larger(mean_sq(nt) - sq(shift(nt)), number(0)) + number(1e-05) * scale(nt) * scale(nt);
      steps.details.push_back(under_root);
      Func scaled_rstd("scaled_rstd");
      scaled_rstd(nt) = rsqrt(under_root(nt));
      steps.details.push_back(scaled_rstd);
      Func offset("offset");
      offset(nt) = shift(nt) * scaled_rstd(nt);
      steps.details.push_back(offset);
      Func near("near");
      near(nt) = is_near(shift(nt), larger(mean_sq(nt) - sq(shift(nt)), number(0)));
      steps.details.push_back(near);
      return {{"near", near}, {"under_root", under_root}, {"pivot", pivot}, {"shift", shift},
          {"scaled_rstd", scaled_rstd}, {"offset", offset}};
    };
    Func one("one"), ordinary("ordinary");
    one(nt) = number(1);
    Statistics plain = statistics(one, Func());
    ordinary(nt) = plain["near"](nt) && in_range(plain["under_root"](nt));
    steps.details.push_back(ordinary);

    // Squares of a slice overflow or vanish, or its first block is far from its mean: its statistics once more, of x
    // times a power of two.
    Func extreme("extreme");
    extreme(nt) = !ordinary(nt);
    // largest = absmax(x)
    RowFold row2 = fold_row(lane, vector, {nt}, {n_c}, {{larger, number(0)}}, on_gpu, false, extreme(nt),
        [&](const Exprs& at) -> Exprs {
      const Expr c = at[0];
      return {abs(real(x(c, nt)))};
    });
    Func largest("largest");
    largest(nt) = row2.results[0];
    row2.totals = largest;
    steps.rows.push_back(row2);
    Func power("power"), scale("scale");
    power(nt) = power_of_two(largest(nt));
    scale(nt) = chosen(ordinary(nt), number(1), power(nt));
    steps.values.push_back(power);
    steps.values.push_back(scale);
    Statistics rescued = statistics(scale, extreme);

    Func pivot("pivot");
    pivot(nt) = chosen(ordinary(nt), plain["pivot"](nt), rescued["pivot"](nt));
    steps.values.push_back(pivot);
    Func shift("shift");
    shift(nt) = chosen(ordinary(nt), plain["shift"](nt), rescued["shift"](nt));
    steps.values.push_back(shift);
    Func scaled_rstd("scaled_rstd");
    scaled_rstd(nt) = chosen(ordinary(nt), plain["scaled_rstd"](nt), rescued["scaled_rstd"](nt));
    steps.values.push_back(scaled_rstd);
    Func offset("offset");
    offset(nt) = chosen(ordinary(nt), plain["offset"](nt), rescued["offset"](nt));
    steps.values.push_back(offset);

    // mean = scaled_mean * unscale
    // rstd = scaled_rstd * scale
    of_nt(nt) = {(pivot(nt) + shift(nt)) * (number(1) / scale(nt)), scaled_rstd(nt) * scale(nt)};
    // y = ((x * scale - pivot) * scaled_rstd - offset) * weight + bias
    y(c, nt) = stored(storage, ((real(x(c, nt)) * scale(nt) - pivot(nt)) * scaled_rstd(nt) - offset(nt)) *
        real(weight(c)) + real(bias(c)), !on_gpu && parameter == storage);

    // Schedule: a task takes one slice at a time, its statistics beside it.
    set_extents(of_nt, {n_nt});
    set_extents(y, {n_c, n_nt});
    if (on_gpu) {
      gpu_before_all(steps, {of_nt, y}, lane);
      return;
    }
    Func(y).reorder(c, nt);
    in_vectors(y, c, vector, stored_at_once(storage, !on_gpu && parameter == storage, vector));
    Func(of_nt).parallel(nt);
    Func(of_nt).compute_with(Func(y), nt);
    Func(y).parallel(nt);
    beside(steps, y, nt, {nt}, lane, vector);
    ahead = ask_ahead(steps, y, c, n_c, kVectors * vector, {"x"});
  }

  void schedule() {
    if (ahead) get_pipeline().add_custom_lowering_pass(ahead.release());
  }

 private:
  Var c{"c"}, nt{"nt"}, lane{"lane"}, chunk{"chunk"}, tasks{"tasks"};
  std::unique_ptr<AskAhead> ahead;
};

// layer<"batch_norm">(N, C, H, W) | over(N, H, W) | center | scale | affine(C) | running(momentum = 0.1)
// Nest: [reduce N] [keep C] [reduce H*W], a slice at a time.
class BatchNormTrain : public Generator<BatchNormTrain> {
 public:
  Input<Buffer<>> running_mean{"running_mean", 1};
  Input<Buffer<>> running_var{"running_var", 1};
  Input<Buffer<>> x{"x", 3};
  Input<Buffer<>> weight{"weight", 1};
  Input<Buffer<>> bias{"bias", 1};
  Output<Func> of_c{"of_c", 1};
  Output<Func> y{"y", 3};

  void generate() {
    const Type storage = x.type();
    const Type parameter = weight.type();
    const Type statistic = storage == Float(64) ? Float(64) : Float(32);
    const int vector = natural_vector_size(statistic);
    const bool on_gpu = get_target().has_gpu_feature();
    const int width = on_gpu ? kThreads : kLanes;
    const auto chosen = on_gpu ? chosen_by_bits : chosen_by_select;
    const auto real = [&](Expr e) { return cast(statistic, loaded(e)); };
    const auto number = [&](double value) { return number_of(statistic, value); };
    const Expr n_hw = x.dim(0).extent(), n_c = x.dim(1).extent(), n_n = x.dim(2).extent();
    set_extents(running_mean, {n_c});
    set_extents(running_var, {n_c});
    set_extents(x, {n_hw, n_c, n_n});
    set_extents(weight, {n_c});
    set_extents(bias, {n_c});

    Steps steps;

    // Statistics of x * scale. Where a condition is given, they are taken where it holds, and about the mean of all
    // instead of the first block's.
    const auto statistics = [&](const Func& scale, const Func& wanted) -> Statistics {
      // pivot = mean(x * scale)
      const Expr some_hw = wanted.defined() ? n_hw : min(n_hw, kBlock);
      const Expr some_n = wanted.defined() ? n_n : Expr(1);
      Func first2("first2");
      {
        const Expr hw = 0, n = 0;
        first2(c) = real(x(hw, c, n)) * scale(c);
      }
      steps.details.push_back(first2);
      RowFold row2 = fold_row(lane, vector, {c}, {some_hw, some_n}, {{plus, number(0)}}, on_gpu, true,
          wanted.defined() ? Expr(wanted(c)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr hw = at[0], n = at[1];
        return {real(x(hw, c, n)) * scale(c) - first2(c)};
      });
      Func pivot("pivot");
      pivot(c) = first2(c) + row2.results[0] / real(cast<int64_t>(some_hw) * some_n);
      row2.totals = pivot;
      steps.rows.push_back(row2);
      // mean_sq = mean(sq(x * scale - pivot))
      // shift = mean(x * scale - pivot)
      RowFold row3 = fold_row(lane, vector, {c}, {n_hw, n_n}, {{plus, number(0)}, {plus, number(0)}}, on_gpu,
          false, wanted.defined() ? Expr(wanted(c)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr hw = at[0], n = at[1];
        const Expr from_pivot = real(x(hw, c, n)) * scale(c) - pivot(c);
        return {sq(from_pivot), from_pivot};
      });
      Func sums2("sums2");
      sums2(c) = {row3.results[0] / real(cast<int64_t>(n_hw) * n_n),
          row3.results[1] / real(cast<int64_t>(n_hw) * n_n)};
      Func mean_sq("mean_sq"), shift("shift");
      mean_sq(c) = sums2(c)[0];
      shift(c) = sums2(c)[1];
      row3.totals = sums2;
      steps.rows.push_back(row3);
      Func var("var");
      var(c) = larger(mean_sq(c) - sq(shift(c)), number(0));
      steps.details.push_back(var);
      Func under_root("under_root");
      under_root(c) = var(c) + number(1e-05) * scale(c) * scale(c);
      steps.details.push_back(under_root);
      Func scaled_rstd("scaled_rstd");
      scaled_rstd(c) = rsqrt(under_root(c));
      steps.details.push_back(scaled_rstd);
      Func factor("factor");
      factor(c) = scaled_rstd(c) * real(weight(c));
      steps.details.push_back(factor);
      Func offset("offset");
      offset(c) = real(bias(c)) - shift(c) * factor(c);
      steps.details.push_back(offset);
      Func scaled_mean("scaled_mean");
      scaled_mean(c) = pivot(c) + shift(c);
      steps.details.push_back(scaled_mean);
      Func unscale("unscale");
      unscale(c) = number(1) / scale(c);
      steps.details.push_back(unscale);
      Func near("near");
      near(c) = is_near(shift(c), var(c));
      steps.details.push_back(near);
      return {{"near", near}, {"under_root", under_root}, {"pivot", pivot}, {"var", var},
          {"scaled_rstd", scaled_rstd}, {"factor", factor}, {"offset", offset}, {"scaled_mean", scaled_mean},
          {"unscale", unscale}};
    };
    Func one("one"), ordinary("ordinary");
    one(c) = number(1);
    Statistics plain = statistics(one, Func());
    ordinary(c) = plain["near"](c) && in_range(plain["under_root"](c));
    steps.details.push_back(ordinary);

    // Squares of a slice overflow or vanish, or its first block is far from its mean: its statistics once more, of x
    // times a power of two.
    Func extreme("extreme");
    extreme(c) = !ordinary(c);
    // largest = absmax(x)
    RowFold row2 = fold_row(lane, vector, {c}, {n_hw, n_n}, {{larger, number(0)}}, on_gpu, false, extreme(c),
        [&](const Exprs& at) -> Exprs {
      const Expr hw = at[0], n = at[1];
      return {abs(real(x(hw, c, n)))};
    });
    Func largest("largest");
    largest(c) = row2.results[0];
    row2.totals = largest;
    steps.rows.push_back(row2);
    Func power("power"), scale("scale");
    power(c) = power_of_two(largest(c));
    scale(c) = chosen(ordinary(c), number(1), power(c));
    steps.values.push_back(power);
    steps.values.push_back(scale);
    Statistics rescued = statistics(scale, extreme);

    Func pivot("pivot");
    pivot(c) = chosen(ordinary(c), plain["pivot"](c), rescued["pivot"](c));
    steps.values.push_back(pivot);
    Func var("var");
    var(c) = chosen(ordinary(c), plain["var"](c), rescued["var"](c));
    steps.values.push_back(var);
    Func scaled_rstd("scaled_rstd");
    scaled_rstd(c) = chosen(ordinary(c), plain["scaled_rstd"](c), rescued["scaled_rstd"](c));
    steps.values.push_back(scaled_rstd);
    Func factor("factor");
    factor(c) = chosen(ordinary(c), plain["factor"](c), rescued["factor"](c));
    steps.values.push_back(factor);
    Func offset("offset");
    offset(c) = chosen(ordinary(c), plain["offset"](c), rescued["offset"](c));
    steps.values.push_back(offset);
    Func scaled_mean("scaled_mean");
    scaled_mean(c) = chosen(ordinary(c), plain["scaled_mean"](c), rescued["scaled_mean"](c));
    steps.values.push_back(scaled_mean);
    Func unscale("unscale");
    unscale(c) = chosen(ordinary(c), plain["unscale"](c), rescued["unscale"](c));
    steps.values.push_back(unscale);

    // mean = scaled_mean * unscale
    // rstd = scaled_rstd * scale
    // running_mean = (running_mean * 0.9 * scale + scaled_mean * 0.1) * unscale
    // running_var = (running_var * 0.9 * scale * scale + var * (count / (count - 1)) * 0.1) * unscale * unscale
    of_c(c) = {scaled_mean(c) * unscale(c), scaled_rstd(c) * scale(c),
        (real(running_mean(c)) * number(0.9) * scale(c) + scaled_mean(c) * number(0.1)) * unscale(c),
        (real(running_var(c)) * number(0.9) * scale(c) * scale(c) +
        var(c) * (real(cast<int64_t>(n_n) * n_hw) / (real(cast<int64_t>(n_n) * n_hw) - number(1))) * number(0.1)) *
        unscale(c) * unscale(c)};
    // y = (x * scale - pivot) * factor + offset
    y(hw, c, n) = stored(storage, (real(x(hw, c, n)) * scale(c) - pivot(c)) * factor(c) + offset(c),
        !on_gpu && parameter == storage);

    // Schedule: a task takes one slice at a time, its statistics beside it.
    set_extents(of_c, {n_c});
    set_extents(y, {n_hw, n_c, n_n});
    if (on_gpu) {
      gpu_before_all(steps, {of_c, y}, lane);
      return;
    }
    Func(y).reorder(hw, n, c);
    Func(of_c).parallel(c);
    Func(of_c).compute_with(Func(y), c);
    Func(y).parallel(c);
    in_streams(y, {hw, n}, n_hw >= kChunk && n_n >= kStreams, stored_at_once(storage, !on_gpu && parameter == storage, vector));
    beside(steps, y, c, {c}, lane, vector);
  }

 private:
  Var hw{"hw"}, c{"c"}, n{"n"}, lane{"lane"}, chunk{"chunk"}, tasks{"tasks"};
};

// layer<"group_norm">(N, C, H, W) | over(C / G, H, W) | center | scale | affine(C)
// Nest: [keep N] [keep G] [reduce C/G] [reduce H*W], a slice at a time.
class GroupNormTrain : public Generator<GroupNormTrain> {
 public:
  Input<Buffer<>> x{"x", 3};
  Input<Buffer<>> weight{"weight", 2};
  Input<Buffer<>> bias{"bias", 2};
  Input<int32_t> n_g{"n_g"};
  Output<Func> of_ng{"of_ng", 1};
  Output<Func> y{"y", 3};

  void generate() {
    const Type storage = x.type();
    const Type parameter = weight.type();
    const Type statistic = storage == Float(64) ? Float(64) : Float(32);
    const int vector = natural_vector_size(statistic);
    const bool on_gpu = get_target().has_gpu_feature();
    const int width = on_gpu ? kThreads : kLanes;
    const auto chosen = on_gpu ? chosen_by_bits : chosen_by_select;
    const auto real = [&](Expr e) { return cast(statistic, loaded(e)); };
    const auto number = [&](double value) { return number_of(statistic, value); };
    const Expr n_hw = x.dim(0).extent(), n_c_g = x.dim(1).extent(), n_ng = x.dim(2).extent();
    const Expr n_n = n_ng / n_g;
    const Expr g = ng % n_g, n = ng / n_g;
    set_extents(x, {n_hw, n_c_g, n_ng});
    set_extents(weight, {n_c_g, n_g});
    set_extents(bias, {n_c_g, n_g});

    Steps steps;

    // Statistics of x * scale. Where a condition is given, they are taken where it holds, and about the mean of all
    // instead of the first block's.
    const auto statistics = [&](const Func& scale, const Func& wanted) -> Statistics {
      // pivot = mean(x * scale)
      const Expr some_hw = wanted.defined() ? n_hw : min(n_hw, kBlock);
      const Expr some_c_g = wanted.defined() ? n_c_g : Expr(1);
      Func first2("first2");
      {
        const Expr hw = 0, c_g = 0;
        first2(ng) = real(x(hw, c_g, ng)) * scale(ng);
      }
      steps.details.push_back(first2);
      RowFold row2 = fold_row(lane, vector, {ng}, {some_hw, some_c_g}, {{plus, number(0)}}, on_gpu, true,
          wanted.defined() ? Expr(wanted(ng)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr hw = at[0], c_g = at[1];
        return {real(x(hw, c_g, ng)) * scale(ng) - first2(ng)};
      });
      Func pivot("pivot");
      pivot(ng) = first2(ng) + row2.results[0] / real(cast<int64_t>(some_hw) * some_c_g);
      row2.totals = pivot;
      steps.rows.push_back(row2);
      // mean_sq = mean(sq(x * scale - pivot))
      // shift = mean(x * scale - pivot)
      RowFold row3 = fold_row(lane, vector, {ng}, {n_hw, n_c_g}, {{plus, number(0)}, {plus, number(0)}}, on_gpu,
          false, wanted.defined() ? Expr(wanted(ng)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr hw = at[0], c_g = at[1];
        const Expr from_pivot = real(x(hw, c_g, ng)) * scale(ng) - pivot(ng);
        return {sq(from_pivot), from_pivot};
      });
      Func sums2("sums2");
      sums2(ng) = {row3.results[0] / real(cast<int64_t>(n_hw) * n_c_g),
          row3.results[1] / real(cast<int64_t>(n_hw) * n_c_g)};
      Func mean_sq("mean_sq"), shift("shift");
      mean_sq(ng) = sums2(ng)[0];
      shift(ng) = sums2(ng)[1];
      row3.totals = sums2;
      steps.rows.push_back(row3);
      Func under_root("under_root");
      under_root(ng) = larger(mean_sq(ng) - sq(shift(ng)), number(0)) + number(1e-05) * scale(ng) * scale(ng);
      steps.details.push_back(under_root);
      Func scaled_rstd("scaled_rstd");
      scaled_rstd(ng) = rsqrt(under_root(ng));
      steps.details.push_back(scaled_rstd);
      Func near("near");
      near(ng) = is_near(shift(ng), larger(mean_sq(ng) - sq(shift(ng)), number(0)));
      steps.details.push_back(near);
      return {{"near", near}, {"under_root", under_root}, {"pivot", pivot}, {"shift", shift},
          {"scaled_rstd", scaled_rstd}};
    };
    Func one("one"), ordinary("ordinary");
    one(ng) = number(1);
    Statistics plain = statistics(one, Func());
    ordinary(ng) = plain["near"](ng) && in_range(plain["under_root"](ng));
    steps.details.push_back(ordinary);

    // Squares of a slice overflow or vanish, or its first block is far from its mean: its statistics once more, of x
    // times a power of two.
    Func extreme("extreme");
    extreme(ng) = !ordinary(ng);
    // largest = absmax(x)
    RowFold row2 = fold_row(lane, vector, {ng}, {n_hw, n_c_g}, {{larger, number(0)}}, on_gpu, false,
        extreme(ng), [&](const Exprs& at) -> Exprs {
      const Expr hw = at[0], c_g = at[1];
      return {abs(real(x(hw, c_g, ng)))};
    });
    Func largest("largest");
    largest(ng) = row2.results[0];
    row2.totals = largest;
    steps.rows.push_back(row2);
    Func power("power"), scale("scale");
    power(ng) = power_of_two(largest(ng));
    scale(ng) = chosen(ordinary(ng), number(1), power(ng));
    steps.values.push_back(power);
    steps.values.push_back(scale);
    Statistics rescued = statistics(scale, extreme);

    Func pivot("pivot");
    pivot(ng) = chosen(ordinary(ng), plain["pivot"](ng), rescued["pivot"](ng));
    steps.values.push_back(pivot);
    Func shift("shift");
    shift(ng) = chosen(ordinary(ng), plain["shift"](ng), rescued["shift"](ng));
    steps.values.push_back(shift);
    Func scaled_rstd("scaled_rstd");
    scaled_rstd(ng) = chosen(ordinary(ng), plain["scaled_rstd"](ng), rescued["scaled_rstd"](ng));
    steps.values.push_back(scaled_rstd);

    // mean = scaled_mean * unscale
    // rstd = scaled_rstd * scale
    of_ng(ng) = {(pivot(ng) + shift(ng)) * (number(1) / scale(ng)), scaled_rstd(ng) * scale(ng)};
    // y = (x * scale - pivot) * factor + offset
    const Expr factor = scaled_rstd(ng) * real(weight(c_g, g));
    y(hw, c_g, ng) = stored(storage, (real(x(hw, c_g, ng)) * scale(ng) - pivot(ng)) * factor +
        (real(bias(c_g, g)) - shift(ng) * factor), !on_gpu && parameter == storage);

    // Schedule: a task takes one slice at a time, its statistics beside it.
    set_extents(of_ng, {n_ng});
    set_extents(y, {n_hw, n_c_g, n_ng});
    if (on_gpu) {
      gpu_before_all(steps, {of_ng, y}, lane);
      return;
    }
    Func(y).reorder(hw, c_g, ng);
    Func(of_ng).parallel(ng);
    Func(of_ng).compute_with(Func(y), ng);
    Func(y).parallel(ng);
    in_streams(y, {hw, c_g}, n_hw >= kChunk && n_c_g >= kStreams, stored_at_once(storage, !on_gpu && parameter == storage, vector));
    beside(steps, y, ng, {ng}, lane, vector);
  }

 private:
  Var hw{"hw"}, c_g{"c_g"}, ng{"ng"}, lane{"lane"}, chunk{"chunk"}, tasks{"tasks"};
};

// layer<"add_rms_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale(eps = 1e-06) | gain(C)
// Nest: [keep T] [reduce C], a slice at a time.
class AddRmsNormTrain : public Generator<AddRmsNormTrain> {
 public:
  Input<Buffer<>> x{"x", 2};
  Input<Buffer<>> residual{"residual", 2};
  Input<Buffer<>> weight{"weight", 1};
  Output<Func> rstd{"rstd", 1};
  Output<Func> results{"results", 2};

  void generate() {
    const Type storage = x.type();
    const Type parameter = weight.type();
    const Type statistic = storage == Float(64) ? Float(64) : Float(32);
    const int vector = natural_vector_size(statistic);
    const bool on_gpu = get_target().has_gpu_feature();
    const int width = on_gpu ? kThreads : kLanes;
    const auto chosen = on_gpu ? chosen_by_bits : chosen_by_select;
    const auto real = [&](Expr e) { return cast(statistic, loaded(e)); };
    const auto number = [&](double value) { return number_of(statistic, value); };
    const Expr n_c = x.dim(0).extent(), n_t = x.dim(1).extent();
    set_extents(x, {n_c, n_t});
    set_extents(residual, {n_c, n_t});
    set_extents(weight, {n_c});

    Steps steps;

    // Statistics of x * scale. Where a condition is given, they are taken where it holds.
    const auto statistics = [&](const Func& scale, const Func& wanted) -> Statistics {
      // mean_sq = mean(sq(sum * scale))
      RowFold row2 = fold_row(lane, vector, {t}, {n_c}, {{plus, number(0)}}, on_gpu, false,
          wanted.defined() ? Expr(wanted(t)) : Expr(), [&](const Exprs& at) -> Exprs {
        const Expr c = at[0];
        const Expr t2 = (real(residual(c, t)) + real(x(c, t))) * scale(t);
        return {sq(t2)};
      });
      Func mean_sq("mean_sq");
      mean_sq(t) = row2.results[0] / real(n_c);
      row2.totals = mean_sq;
      steps.rows.push_back(row2);
      Func under_root("under_root");
      under_root(t) = mean_sq(t) + number(1e-06) * scale(t) * scale(t);
      steps.details.push_back(under_root);
      Func scaled_rstd("scaled_rstd");
      scaled_rstd(t) = rsqrt(under_root(t));
      steps.details.push_back(scaled_rstd);
      return {{"under_root", under_root}, {"scaled_rstd", scaled_rstd}};
    };
    Func one("one"), ordinary("ordinary");
    one(t) = number(1);
    Statistics plain = statistics(one, Func());
    ordinary(t) = in_range(plain["under_root"](t));
    steps.details.push_back(ordinary);

    // Squares of a slice overflow or vanish: its statistics once more, of x times a power of two.
    Func extreme("extreme");
    extreme(t) = !ordinary(t);
    // largest = absmax(residual)
    // largest = absmax(x)
    RowFold row2 = fold_row(lane, vector, {t}, {n_c}, {{larger, number(0)}, {larger, number(0)}}, on_gpu,
        false, extreme(t), [&](const Exprs& at) -> Exprs {
      const Expr c = at[0];
      return {abs(real(residual(c, t))), abs(real(x(c, t)))};
    });
    Func sums("sums");
    sums(t) = {row2.results[0], row2.results[1]};
    Func largest("largest"), largest2("largest2");
    largest(t) = sums(t)[0];
    largest2(t) = sums(t)[1];
    row2.totals = sums;
    steps.rows.push_back(row2);
    Func power("power"), scale("scale");
    power(t) = power_of_two(larger(largest(t), largest2(t)));
    scale(t) = chosen(ordinary(t), number(1), power(t));
    steps.values.push_back(power);
    steps.values.push_back(scale);
    Statistics rescued = statistics(scale, extreme);

    Func scaled_rstd("scaled_rstd");
    scaled_rstd(t) = chosen(ordinary(t), plain["scaled_rstd"](t), rescued["scaled_rstd"](t));
    steps.values.push_back(scaled_rstd);

    // rstd = scaled_rstd * scale
    rstd(t) = scaled_rstd(t) * scale(t);
    // y = sum * scale * scaled_rstd * weight
    // sum = residual + x
    const Expr sum = real(residual(c, t)) + real(x(c, t));
    results(c, t) = {stored(storage, sum * scale(t) * scaled_rstd(t) * real(weight(c)),
        !on_gpu && parameter == storage), stored(storage, sum, !on_gpu)};

    // Schedule: a task takes one slice at a time, its statistics beside it.
    set_extents(rstd, {n_t});
    set_extents(results, {n_c, n_t});
    if (on_gpu) {
      gpu_before_all(steps, {rstd, results}, lane);
      return;
    }
    Func(results).reorder(c, t);
    in_vectors(results, c, vector, stored_at_once(storage, !on_gpu && parameter == storage, vector));
    Func(rstd).parallel(t);
    Func(rstd).compute_with(Func(results), t);
    Func(results).parallel(t);
    beside(steps, results, t, {t}, lane, vector);
    ahead = ask_ahead(steps, results, c, n_c, kVectors * vector, {"x", "residual"});
  }

  void schedule() {
    if (ahead) get_pipeline().add_custom_lowering_pass(ahead.release());
  }

 private:
  Var c{"c"}, t{"t"}, lane{"lane"}, chunk{"chunk"}, tasks{"tasks"};
  std::unique_ptr<AskAhead> ahead;
};

}  // namespace

HALIDE_REGISTER_GENERATOR(LayerNormTrain, layer_norm_train)
HALIDE_REGISTER_GENERATOR(BatchNormTrain, batch_norm_train)
HALIDE_REGISTER_GENERATOR(GroupNormTrain, group_norm_train)
HALIDE_REGISTER_GENERATOR(AddRmsNormTrain, add_rms_norm_train)
