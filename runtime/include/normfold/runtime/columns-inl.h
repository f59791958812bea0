// Folds whose innermost loop is kept: every column has sums of its own, taken row by row. Re-included per target.
// Rows are cut into chunks of a fixed length; the chunks' partial sums lie in the workspace and merge in order, so that
// a column's bits depend on the column alone.

#if defined(NORMFOLD_COLUMNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_COLUMNS_INL_H_
#undef NORMFOLD_COLUMNS_INL_H_
#else
#define NORMFOLD_COLUMNS_INL_H_
#endif

#include <atomic>

#include "normfold/runtime/cache.h"
#include "normfold/runtime/folds-inl.h"
#include "normfold/runtime/loops-inl.h"
#include "normfold/runtime/tasks-inl.h"
#include "normfold/runtime/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {

/// Takes the next `count` elements of the workspace, which stays aligned. The end is written to: a vector that is loaded in part, by a
/// mask, takes some thousand cycles where it reaches into a page that nobody has touched.
template <class T>
HWY_INLINE T* Take(unsigned char*& workspace, size_t count) {
  T* taken = reinterpret_cast<T*>(workspace);
  workspace += ArrayBytes(count, sizeof(T));
  reinterpret_cast<T*>(workspace)[-1] = T(0);
  return taken;
}

/// Rows of the first block of a column: the largest power of two up to 4.
HWY_INLINE size_t PivotRows(size_t rows) { return rows >= 4 ? 4 : rows >= 2 ? 2 : 1; }

/// The most rows that are walked together.
constexpr size_t kRowsTogether = 8;

/// How many rows of `bytes` bytes, all tensors together, are walked column by column, so that what belongs to the columns is loaded once for
/// all and their sums are stored once: a few that lie near each other. Where that costs as much as the elements (`wide`: one tensor of
/// 16 bit words), two at least.
HWY_INLINE size_t RowsTogether(bool wide, size_t bytes) {
  constexpr size_t kWindow = kAhead + kAhead / 4;
  const size_t most = bytes <= kShortRun ? kRowsTogether : kRowsTogether / 2, least = wide ? 2 : 1;
  return HWY_MAX(HWY_MIN(kWindow / HWY_MAX(bytes, size_t{1}), most), least);
}

/// Bytes of rows that stay in the first-level cache beside as many that are asked for ahead.
constexpr size_t kRowBytes = size_t{1} << 14;

/// How many rows of `bytes` bytes, all tensors together, get their sums before they are stored: what the first-level cache holds;
/// of rows too long for it two, so that sums over columns are loaded for both, but no two that the second-level cache does not hold.
HWY_INLINE size_t RowsAtATime(size_t bytes) {
  if (bytes > 2 * kRowBytes) return bytes * 2 > second_level_cache() ? 1 : 2;
  return HWY_MAX(HWY_MIN(kRowBytes / HWY_MAX(bytes, size_t{1}), kRowsTogether), size_t{1});
}

/// Elements that one task of an elementwise sweep without outer loops covers.
constexpr size_t kBlock = size_t{1} << 14;
HWY_INLINE size_t Blocks(size_t n) { return (n + kBlock - 1) / kBlock; }
HWY_INLINE size_t BlockLength(size_t n, size_t block) { return HWY_MIN(n - block * kBlock, kBlock); }

namespace detail {

// Statistics of type T as they lie in memory.
template <class T>
using StorageOf = std::conditional_t<sizeof(T) == 8, F64, F32>;

// Loads the partial sums of one vector's worth of columns, lets f(at, V& fold0, ...) step them, and stores them. Those of each fold
// lie `apart` from those of the one before.
template <class First, class... Rest, class At, class T, class F, class... Done>
HWY_INLINE void StepColumns(At at, T* sums, size_t apart, const F& f, Done&... done) {
  auto sum = at.Sums(sums);
  if constexpr (sizeof...(Rest) == 0) f(at, done..., sum);
  else StepColumns<Rest...>(at, sums + apart, apart, f, done..., sum);
  at.KeepSums(sums, sum);
}

// Merges the folds of one run, which start afresh and are stepped by f(V& fold0, ...), into `sums`.
template <class First, class... Rest, class D, class F, class V, class... More>
HWY_INLINE void MergeRun(D d, const F& f, V& sum, More&... more) {
  V of_run = hn::Set(d, First::template kStart<hn::TFromD<D>>);
  if constexpr (sizeof...(Rest) == 0) f(of_run);
  else
    MergeRun<Rest...>(
        d, [&](auto&... others) HWY_ATTR { f(of_run, others...); }, more...);
  sum = First::Merge(sum, of_run);
}

// Calls f(at) for all columns of rows stored as S, vector by vector; with `stream`, what it stores goes past the cache.
template <class D, class F>
HWY_INLINE void ForColumnVectors(D d, size_t columns, bool stream, const F& f) {
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  if (stream) {
    if constexpr (sizeof(hn::TFromD<D>) == 2) {  // of halves of words four bodies would be one step
      for (; i + lanes <= columns; i += lanes) f(Streamed<D>{{d, i}});
    } else {
      i = ForWhole(Streamed<D>{{d, i}}, columns, f);
    }
  } else {
    for (; i + lanes <= columns; i += lanes) f(Whole<D>{d, i});
  }
  if (i < columns) f(Part<D>{d, i, columns - i});
}
// Where S is split: of neighbours, as the sums and statistics lie that are read beside them.
template <class S, class D, class F>
HWY_INLINE void ForColumns(D d, size_t columns, const F& f) {
  if constexpr (kSplits<S, D>) {
    ForColumnVectors(WordsOf<D>(), columns, false, [&](auto words) HWY_ATTR { BothSides(d, words, f); });
  } else {
    ForColumnVectors(d, columns, false, f);
  }
}
// Where S is split: of even and of odd elements. The sums lie so too, until InOrder.
template <class S, class D, class F>
HWY_INLINE void ForRows(D d, size_t columns, bool stream, const F& f) {
  if constexpr (kSplits<S, D>) {
    ForColumnVectors(WordsOf<D>(), columns, stream, [&](auto words) HWY_ATTR { BothHalves(d, words, f); });
  } else {
    ForColumnVectors(d, columns, stream, f);
  }
}

template <class First, class... Rest, class D, class T>
HWY_INLINE void StartColumns(D d, T* sums, size_t apart, size_t columns) {
  for (size_t i = 0; i < columns; ++i) sums[i] = First::template kStart<T>;
  if constexpr (sizeof...(Rest) > 0) StartColumns<Rest...>(d, sums + apart, apart, columns);
}

// Puts the sums of halves, even columns before odd ones in every vector of words, into the order of the columns.
template <class S, class D, class T>
HWY_INLINE void InOrder(D d, T* sums, size_t all, size_t apart, size_t columns) {
  if constexpr (kSplits<S, D>) {
    const size_t lanes = hn::Lanes(d);
    HWY_ALIGN_MAX T both[2 * hn::MaxLanes(D())];
    for (T* fold = sums; fold < sums + all; fold += apart) {
      for (size_t i = 0; i < columns; i += 2 * lanes) {
        const size_t some = HWY_MIN(columns - i, 2 * lanes), even = (some + 1) / 2;
        T* p = fold + i;
        hn::StoreInterleaved2(LoadPart(F32(), d, p, even), LoadPart(F32(), d, p + even, some - even), d, both);
        for (size_t j = 0; j < some; ++j) p[j] = both[j];
      }
    }
  }
}

// Merges the partial sums of all chunks of one vector's worth of columns, then calls f with the totals.
template <class First, class... Rest, class D, class T, class At, class F, class... Done>
HWY_INLINE void MergeChunks(D d, At at, const T* sums, size_t apart, size_t step, size_t chunks, const F& f,
                            Done... done) {
  hn::Vec<D> total = at(In<StorageOf<T>>{sums});
  for (size_t c = 1; c < chunks; ++c) total = First::Merge(total, at(In<StorageOf<T>>{sums + c * step}));
  if constexpr (sizeof...(Rest) == 0) f(at, done..., total);
  else MergeChunks<Rest...>(d, at, sums + apart, apart, step, chunks, f, done..., total);
}

}  // namespace detail

/// Folds over `rows` rows of `columns` columns of kTensors tensors, stored as S, in each of `slices` slices: f(slice, at, row, V& fold0,
/// ...) steps the columns that `at` reads. Leaves partial sums in `partial`.
template <class S, size_t kTensors, class... Folds, class D, class T, class F>
HWY_INLINE void FoldColumns(D d, const normfold_context* context, size_t slices, size_t rows, size_t columns,
                            T* partial, const F& f) {
  const size_t chunks = Chunks(rows);
  const size_t apart = PaddedColumns(columns, sizeof(T));
  const size_t step = sizeof...(Folds) * apart;
  const size_t together = RowsTogether(kSplits<S, D> && kTensors == 1, kTensors * columns * sizeof(typename S::Memory));
  const bool in_order = together > 2 || !kSplits<S, D>;  // two rows of words have time to ask each for its own
  ForSlices(context, slices * chunks, HWY_MIN(rows, kColumnChunk) * columns * sizeof(T), false,
            [=](size_t task) HWY_ATTR {
              const size_t slice = task / chunks;
              const size_t begin = task % chunks * kColumnChunk;
              const size_t end = HWY_MIN(begin + kColumnChunk, rows);
              T* sums = partial + task * step;
              detail::StartColumns<Folds...>(d, sums, apart, apart);
              for (size_t row = begin; row < end; row += together) {
                if (together == 1) {  // a loop of its own, without one over rows in it
                  detail::ForColumns<S>(d, columns, [&](auto at) HWY_ATTR {
                    detail::StepColumns<Folds...>(
                        at, sums, apart, [&](auto here, auto&... folds) HWY_ATTR { f(slice, here, row, folds...); });
                  });
                  continue;
                }
                const size_t last = HWY_MIN(row + together, end);
                detail::ForColumns<S>(d, columns, [&](auto at) HWY_ATTR {
                  detail::StepColumns<Folds...>(at, sums, apart, [&](auto here, auto&... folds) HWY_ATTR {
                    for (size_t r = row; r < last; ++r) {
                      if (in_order) here.SetRow(r - row, last - row, columns);
                      f(slice, here, r, folds...);
                    }
                  });
                });
              }
            });
}

/// The same where the rows have sums of their own, of `bytes` bytes each: sums_of(slice, row) takes them, for a few rows that
/// then are still in cache when their columns are stepped. f(slice, row, ahead, each) calls each(step) once, where
/// step(at, V& fold0, ...) stores the outputs of the row and steps the columns: what belongs to the row as a whole is loaded
/// before. `ahead` rows further on memory is worth asking for: the row whose turn it will be then, or one that lies kAheadBytes
/// further on with `stream`, where the stores go past the cache.
template <class S, class... Folds, class D, class T, class G, class F>
HWY_INLINE void FoldRows(D d, const normfold_context* context, size_t slices, size_t rows, size_t columns, size_t bytes,
                         T* partial, bool stream, const G& sums_of, const F& f) {
  const size_t chunks = Chunks(rows);
  const size_t apart = PaddedColumns(columns, sizeof(T));
  const size_t step = sizeof...(Folds) * apart;
  const size_t few = RowsAtATime(bytes);
  const size_t ahead = stream ? HWY_MAX(few, SlicesAhead(columns * sizeof(typename S::Memory))) : few;
  ForSlices(context, slices * chunks, HWY_MIN(rows, kColumnChunk) * bytes, stream, [=](size_t task) HWY_ATTR {
    const size_t slice = task / chunks;
    const size_t begin = task % chunks * kColumnChunk;
    const size_t end = HWY_MIN(begin + kColumnChunk, rows);
    T* sums = partial + task * step;
    detail::StartColumns<Folds...>(d, sums, apart, apart);
    const auto step_all = [&](const auto& step_rows) HWY_ATTR {
      detail::ForRows<S>(d, columns, stream,
                         [&](auto at) HWY_ATTR { detail::StepColumns<Folds...>(at, sums, apart, step_rows); });
    };
    for (size_t row = begin; row < end; row += few) {
      const size_t last = HWY_MIN(row + few, end);
      for (size_t r = row; r < last; ++r) sums_of(slice, r);
      size_t r = row;
      for (; r + 2 <= last; r += 2) {  // two rows at a time: the sums are loaded and stored once for both
        f(slice, r, ahead, [&](const auto& first) HWY_ATTR {
          f(slice, r + 1, ahead, [&](const auto& second) HWY_ATTR {
            step_all([&](auto at, auto&... folds) HWY_ATTR {
              first(at, folds...);
              second(at, folds...);
            });
          });
        });
      }
      if (r < last) f(slice, r, ahead, step_all);
    }
    detail::InOrder<S>(d, sums, step, apart, columns);
  });
}

/// Sums over the runs of neighbouring slices, which follow each other in memory, place by place: a run's place j has the same lane in every
/// run, if there are lanes for all, and what a lane gathers of the runs of a slice is what is gathered here, in the same order. For runs
/// that a vector of lanes would be mostly idle on.
template <class S, class... Folds>
class PlaceSums {
  using T = Stat<S>;
  static constexpr size_t kElements = kSpreadBytes / sizeof(typename S::Memory) + kLanes<T, sizeof...(Folds), S>;
  static constexpr size_t kLongest = kLanes<T, sizeof...(Folds), S>;
  static constexpr size_t kRuns = 4;  // walked together: their sums are loaded and stored once

 public:
  /// Whether a slice's `runs` runs of n elements are worth it.
  HWY_INLINE bool Fit(size_t n, size_t runs) const { return n <= kLongest && runs >= kRuns; }

  /// Of `slices` slices, kSpreadBytes in all, `runs` runs of n elements each: f(at, run, V& fold0, ...) steps the folds.
  template <class D, class F>
  HWY_INLINE void Over(D d, size_t slices, size_t n, size_t runs, const F& f) {
    detail::StartColumns<Folds...>(d, sums_, kElements, slices * n + kLongest);
    for (size_t run = 0; run < runs; run += kRuns) {
      const size_t last = HWY_MIN(run + kRuns, runs);
      detail::ForColumns<S>(d, slices * n, [&](auto at) HWY_ATTR {
        detail::StepColumns<Folds...>(at, sums_, kElements, [&](auto here, auto&... sums) HWY_ATTR {
          for (size_t r = run; r < last; ++r)
            detail::MergeRun<Folds...>(
                d, [&](auto&... folds) HWY_ATTR { f(here, r, folds...); }, sums...);
        });
      });
    }
  }
  /// Writes those of a slice as the lanes of its folds: where S is split, even elements before odd ones.
  template <class D>
  HWY_INLINE void GiveLanes(D d, size_t slice, size_t n, T* lanes) const {
    size_t k = 0;
    ((GiveLanesOf<Folds>(d, n, sums_ + k * kElements + slice * n, lanes + k * kLongest), ++k), ...);
  }

 private:
  template <class Fold, class D>
  static HWY_INLINE void GiveLanesOf(D d, size_t n, const T* from, T* lanes) {
    const size_t one = hn::Lanes(d);
    const auto keep = [&](hn::Vec<D> sums, size_t valid, T* to) HWY_ATTR {
      hn::Store(hn::IfThenElse(hn::FirstN(d, HWY_MIN(valid, one)), sums, hn::Set(d, Fold::template kStart<T>)), d, to);
    };
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
    if constexpr (kSplits<S, D>) {
      for (size_t i = 0; i < kLongest; i += 2 * one) {
        const size_t valid = n > i ? n - i : 0;
        const hn::Vec<D> low = hn::LoadU(d, from + i), high = hn::LoadU(d, from + i + one);
        keep(hn::ConcatEven(d, high, low), (valid + 1) / 2, lanes + i / 2);
        keep(hn::ConcatOdd(d, high, low), valid / 2, lanes + kLongest / 2 + i / 2);
      }
    }
#endif
    if constexpr (!kSplits<S, D>) {
      for (size_t i = 0; i < kLongest; i += one) keep(hn::LoadU(d, from + i), n > i ? n - i : 0, lanes + i);
    }
  }

  HWY_ALIGN_MAX T sums_[sizeof...(Folds) * kElements];
};

/// Merges what FoldColumns or FoldRows left: f(slice, at, V total0, ...) gets the totals of the columns that `at` stands for.
template <class... Folds, class D, class T, class F>
HWY_INLINE void MergeColumns(D d, const normfold_context* context, size_t slices, size_t rows, size_t columns,
                             const T* partial, const F& f) {
  const size_t chunks = Chunks(rows);
  const size_t apart = PaddedColumns(columns, sizeof(T));
  const size_t step = sizeof...(Folds) * apart;
  ForSlices(context, slices, step * chunks * sizeof(T), false, [=](size_t slice) HWY_ATTR {
    const T* sums = partial + slice * chunks * step;
    const auto merged = [&](auto at, auto... totals) HWY_ATTR { f(slice, at, totals...); };
    const size_t lanes = hn::Lanes(d);
    size_t i = 0;
    for (; i + lanes <= columns; i += lanes)
      detail::MergeChunks<Folds...>(d, Whole<D>{d, i}, sums, apart, step, chunks, merged);
    if (i < columns) detail::MergeChunks<Folds...>(d, Part<D>{d, i, columns - i}, sums, apart, step, chunks, merged);
  });
}

/// The mean over the first rows of every column: value(slice, at, row) gives the element, store(slice, at, mean) takes the mean.
template <class D, class F, class G>
HWY_INLINE void PivotColumns(D d, const normfold_context* context, size_t slices, size_t rows, size_t columns,
                             const F& value, const G& store) {
  const size_t block = PivotRows(rows);
  ForSlices(context, slices, block * columns * sizeof(hn::TFromD<D>), false, [=](size_t slice) HWY_ATTR {
    const auto mean = [&](auto at) HWY_ATTR {
      hn::Vec<D> sum = value(slice, at, size_t{0});
      if (block >= 2) sum = hn::Add(sum, value(slice, at, size_t{1}));
      if (block == 4) sum = hn::Add(sum, hn::Add(value(slice, at, size_t{2}), value(slice, at, size_t{3})));
      store(slice, at, hn::Div(sum, Number(d, block)));
    };
    const size_t lanes = hn::Lanes(d);
    size_t i = 0;
    for (; i + lanes <= columns; i += lanes) mean(Whole<D>{d, i});
    if (i < columns) mean(Part<D>{d, i, columns - i});
  });
}

/// Moves the pivot of those columns whose variance it drowns to their mean; true where one was moved.
template <class D, class At, class S, class V>
HWY_INLINE bool MovePivots(D d, At at, Out<S> pivot, V shift, V variance) {
  const auto far = hn::Gt(hn::Mul(shift, shift), hn::Mul(hn::Set(d, 4), variance));
  if (hn::AllFalse(d, far)) return false;
  const V old = at(In<S>{pivot.p});
  at.Store(pivot, hn::IfThenElse(far, hn::Add(old, shift), old));
  return true;
}

template <class D, class T>
HWY_INLINE void FillOnes(D, size_t n, T* to) {
  for (size_t i = 0; i < n; ++i) to[i] = T(1);
}

/// Sets the scale of those columns whose mean of squares is no ordinary number to 0; true where there is none.
template <class D, class T>
HWY_INLINE bool MarkExtremes(D d, size_t n, const T* mean_of_squares, T* scale) {
  bool all = true;
  for (size_t i = 0; i < n; ++i) {
    if (InRange(d, hn::Set(d, mean_of_squares[i]))) continue;
    scale[i] = 0;
    all = false;
  }
  return all;
}

/// Gives one value that is marked the power of two that brings `largest` near 1.
template <class D, class T, class V>
HWY_INLINE void ScaleIfMarked(D d, T* scale, V largest) {
  if (*scale == T(0)) *scale = hn::GetLane(PowerOfTwo(d, largest));
}

/// Gives the marked columns the power of two that brings `largest` near 1.
template <class D, class At, class S, class V>
HWY_INLINE void ScaleMarked(D d, At at, Out<S> scale, V largest) {
  using T = hn::TFromD<D>;
  HWY_ALIGN_MAX T values[64 / sizeof(T)];
  hn::Store(largest, d, values);
  for (size_t i = 0; i < hn::Lanes(d); ++i) values[i] = hn::GetLane(PowerOfTwo(d, hn::Set(d, values[i])));
  const V old = at(In<S>{scale.p});
  at.Store(scale, hn::IfThenElse(hn::Eq(old, hn::Zero(d)), hn::Load(d, values), old));
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_COLUMNS_INL_H_
