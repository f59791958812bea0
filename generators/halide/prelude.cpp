// Prints the helpers of a generator source. A function that an op's text calls (column.cpp) is defined here.
#include "prelude.hpp"

#include "ahead.hpp"
#include "column.hpp"
#include "folds.hpp"
#include "gpu.hpp"

namespace normfold::gen::halide {
namespace {

constexpr std::string_view helpers = R"(
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
constexpr int kChunk = {kChunk};
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
)";

}  // namespace

void print_prelude(const std::string& library, writer& out) {
  out.comment("Kernels of " + library +
              " as Halide generators, printed by Normfold: the algorithm of each, then its schedule. The C functions "
              "that check their arguments and call them are in " +
              library + "_halide.cpp.");
  out.line("#include <Halide.h>\n");
  for (const char* header : {"functional", "limits", "map", "memory", "set", "string", "utility", "vector"})
    out.line("#include <" + std::string(header) + ">");
  out.line(fill_slot(std::string(helpers.substr(0, helpers.size() - 1)), "kChunk", std::to_string(chunk_rows)));
  print_ahead_helper(out);
  print_gpu_helpers(out);
  print_functions(out);
}

}  // namespace normfold::gen::halide
