// Loops over runs and over columns on every target and for every type: each element is read once, stored in its own place and
// added to its own sum, whatever the length, the alignment and the number of outputs. A loop is added with one function here.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loops_test.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>
#include <normfold/runtime/columns-inl.h>
#include <normfold/runtime/folds-inl.h>
#include <normfold/runtime/loops-inl.h>

#include <initializer_list>
#include <limits>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {

template <class S>
using Run = std::vector<Memory<S>>;

// Element i of a run: a small integer, which every type holds.
HWY_INLINE size_t Value(size_t i) { return i * 7 % 61; }

template <class S>
Run<S> Values(size_t begin, size_t n) {
  Run<S> run(n);
  for (size_t i = 0; i < n; ++i) StoreOne(S(), static_cast<Stat<S>>(Value(begin + i)), run.data() + i);
  return run;
}

template <class S>
bool Holds(const Run<S>& run, size_t i, size_t value) {
  return LoadOne(S(), run.data() + i) == static_cast<Stat<S>>(value);
}

// Both loops that store: over runs of S alone, and where floats are read beside them.
template <bool kFloats, class D, class S, class F>
HWY_INLINE void Each(D d, size_t n, bool stream, Out<S> out, const F& f) {
  Edges edges;
  if constexpr (kFloats) ForEachVector(d, n, stream, edges, out, f);
  else ForEach(d, n, stream, edges, out, f);
}

// Nine outputs of one loop, each larger by one than the one before; `skip` elements of a run come first.
template <class S, bool kFloats>
bool ManyOutputs(size_t n, size_t skip, bool stream) {
  constexpr size_t kOutputs = 9;
  const TagOf<S> d;
  const Run<S> x = Values<S>(0, skip + n);
  std::vector<Run<S>> y(kOutputs, Run<S>(skip + n));
  const In<S> p_x{x.data() + skip};
  Each<kFloats>(d, n, stream, Out<S>{y[0].data() + skip}, [&](auto at) HWY_ATTR {
    auto v = at(p_x);
    for (size_t k = 0; k < kOutputs; ++k) {
      at.Store(Out<S>{y[k].data() + skip}, v);
      v = hn::Add(v, Number(d, 1));
    }
  });
  hwy::FlushStream();
  bool right = true;
  for (size_t k = 0; k < kOutputs; ++k)
    for (size_t i = skip; i < skip + n; ++i) right = right && Holds<S>(y[k], i, Value(i) + k);
  return right;
}

// Up to three runs that follow each other, each with a factor and an offset of its own, as one; what lies before and behind stays.
template <class S>
bool SpreadRuns(size_t n, size_t skip, bool stream) {
  const size_t runs = HWY_MIN(kSpreadBytes / (n * sizeof(Memory<S>)), 3);
  const TagOf<S> d;
  const Run<S> x = Values<S>(0, runs * n);
  Run<S> y = Values<S>(1, skip + runs * n + skip);
  Spread<S, 2> spread;
  for (size_t r = 0; r < runs; ++r) spread.Write(d, r, n, static_cast<Stat<S>>(r + 1), static_cast<Stat<S>>(2 * r));
  const In<StatStorage<S>> factor = spread[0], offset = spread[1];
  const In<S> p_x{x.data()};
  const Out<S> p_y{y.data() + skip};
  {
    Edges edges;
    ForEachVector(d, runs * n, stream, edges, p_y, [&](auto at) HWY_ATTR {
      at.Prefetch(p_y);
      at.Store(p_y, hn::MulAdd(at(p_x), at(factor), at(offset)));
    });
  }
  hwy::FlushStream();
  bool right = true;
  for (size_t i = 0; i < y.size(); ++i) {
    const bool written = skip <= i && i < skip + runs * n;
    const size_t r = written ? (i - skip) / n : 0;
    right = right && Holds<S>(y, i, written ? Value(i - skip) * (r + 1) + 2 * r : Value(i + 1));
  }
  return right;
}

// Seven runs of one task, `gap` elements apart, whose lines go past the cache as a whole where they meet: of two outputs at any places, the
// first of them in place. What lies between them stays.
template <class S>
bool NeighbouringRuns(size_t n, size_t skip, size_t gap) {
  constexpr size_t kRuns = 7;
  const TagOf<S> d;
  const size_t all = skip + kRuns * (n + gap);
  Run<S> y = Values<S>(0, all), z = Values<S>(1, all + skip);
  {
    Edges edges;
    for (size_t r = 0; r < kRuns; ++r) {
      const Out<S> p_y{y.data() + skip + r * (n + gap)}, p_z{z.data() + 2 * skip + r * (n + gap)};
      ForEach(d, n, true, edges, p_y, [&](auto at) HWY_ATTR {
        const auto v = at(In<S>{p_y.p});
        at.Store(p_y, hn::Add(v, Number(d, 1)));
        at.Store(p_z, v);
      });
    }
  }
  hwy::FlushStream();
  bool right = true;
  for (size_t i = 0; i < all; ++i) {
    const bool written = i >= skip && (i - skip) % (n + gap) < n;
    right = right && Holds<S>(y, i, Value(i) + (written ? 1 : 0)) &&
            Holds<S>(z, i + skip, written ? Value(i) : Value(i + skip + 1));
  }
  return right;
}

// Three rows that follow each other and share a run, which ends with a page behind which there is nothing.
template <class S>
bool SharedRuns(size_t n, size_t skip, Stat<S>* end) {
  constexpr size_t kRows = 3;
  const TagOf<S> d;
  Stat<S>* const shared = end - n;
  for (size_t i = 0; i < n; ++i) shared[i] = static_cast<Stat<S>>(i % 5);
  const Run<S> x = Values<S>(0, kRows * n);
  Run<S> y(skip + kRows * n);
  {
    Edges edges;
    for (size_t r = 0; r < kRows; ++r) {
      const In<S> p_x{x.data() + r * n};
      const Shared<StatStorage<S>> p_shared{shared};
      const Out<S> p_y{y.data() + skip + r * n};
      ForEachVector(d, n, true, edges, p_y, [&](auto at) HWY_ATTR { at.Store(p_y, hn::Add(at(p_x), at(p_shared))); });
    }
  }
  hwy::FlushStream();
  bool right = true;
  for (size_t i = 0; i < kRows * n; ++i) right = right && Holds<S>(y, skip + i, Value(i) + i % n % 5);
  return right;
}

// One NaN among numbers, in place: it stays one, and alone.
template <class S, bool kFloats>
bool KeepsNaN(size_t n) {
  const TagOf<S> d;
  bool right = true;
  for (size_t where : {size_t{0}, n / 3, n - 1}) {
    Run<S> x = Values<S>(0, n);
    StoreOne(S(), std::numeric_limits<Stat<S>>::quiet_NaN(), x.data() + where);
    const Out<S> p_x{x.data()};
    Each<kFloats>(d, n, false, p_x, [&](auto at) HWY_ATTR { at.Store(p_x, hn::Add(at(In<S>{p_x.p}), Number(d, 1))); });
    for (size_t i = 0; i < n; ++i) {
      const Stat<S> found = LoadOne(S(), x.data() + i);
      right = right && (i == where ? found != found : Holds<S>(x, i, Value(i) + 1));
    }
  }
  return right;
}

// The order of memory: a run of each slice, then the next of each.
bool AsksInOrder(size_t slices) {
  bool right = true;
  for (size_t begin : {size_t{0}, size_t{1}, slices, 5 * slices - 1}) {
    NextRuns asked(begin, slices);
    for (size_t k = begin; k < begin + 3 * slices; ++k, asked.Step())
      right = right && asked.Run() == k / slices && asked.Slice() == k % slices;
  }
  return right;
}

// The sum and the largest of a run that comes in two pieces.
template <class S>
bool Folds(size_t n) {
  const TagOf<S> d;
  const Run<S> x = Values<S>(0, n);
  size_t sum = 0, largest = 0;
  for (size_t i = 0; i < n; ++i) sum += Value(i), largest = HWY_MAX(largest, Value(i));
  auto folds = Fold<S, Sum, Largest>(d);
  for (size_t begin : {size_t{0}, n / 3}) {
    const In<S> p_x{x.data() + begin};
    folds.Over(d, begin == 0 && n >= 3 ? n / 3 : n - begin, [&](auto at, auto& s0, auto& s1) HWY_ATTR {
      s0 = hn::Add(s0, at(p_x));
      s1 = Max(s1, at(p_x));
    });
    if (n < 3) break;
  }
  return hn::GetLane(Total<0>(d, folds)) == static_cast<Stat<S>>(sum) &&
         hn::GetLane(Total<1>(d, folds)) == static_cast<Stat<S>>(largest);
}

// What a sum over a run is by its definition: lane by lane, cut by cut, then a tree of halves.
template <class T, size_t kAll>
struct ByDefinition {
  T lanes[kAll];
  bool begun = false;
  void Add(const std::vector<T>& run) {
    for (size_t begin = 0; begin < run.size(); begin += 1024 * kAll) {
      T cut[kAll] = {};
      for (size_t i = begin; i < HWY_MIN(run.size(), begin + 1024 * kAll); ++i) cut[i % kAll] += run[i];
      for (size_t k = 0; k < kAll; ++k) lanes[k] = begun ? lanes[k] + cut[k] : cut[k];
      begun = true;
    }
  }
  T Total() {
    for (size_t half = kAll / 2; half > 0; half /= 2)
      for (size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
    return lanes[0];
  }
};

// Fractions, whose sum depends on the order, in runs of n and of n / 3 elements: each bit of it.
template <class S>
bool SumsInOrder(size_t n) {
  using T = Stat<S>;
  const TagOf<S> d;
  ByDefinition<T, kLanes<T, 1, S>> alone;
  ByDefinition<T, kLanes<T, 2, S>> of_two;
  auto sum = Fold<S, Sum>(d);
  auto sums = Fold<S, Sum, Sum>(d);
  for (size_t length : {n, n / 3}) {
    Run<S> x(length);
    std::vector<T> values(length);
    for (size_t i = 0; i < length; ++i) {
      StoreOne(S(), T(1) / static_cast<T>(1 + i % 977), x.data() + i);
      values[i] = LoadOne(S(), x.data() + i);
    }
    alone.Add(values);
    of_two.Add(values);
    const In<S> p_x{x.data()};
    sum.Over(d, length, [&](auto at, auto& s0) HWY_ATTR { s0 = hn::Add(s0, at(p_x)); });
    sums.Over(d, length, [&](auto at, auto& s0, auto& s1) HWY_ATTR {
      s0 = hn::Add(s0, at(p_x));
      s1 = hn::Sub(s1, at(p_x));
    });
  }
  const T expected = of_two.Total();
  return hn::GetLane(Total<0>(d, sum)) == alone.Total() && hn::GetLane(Total<0>(d, sums)) == expected &&
         hn::GetLane(Total<1>(d, sums)) == -expected;
}

bool Orders(size_t n) {
  return SumsInOrder<F32>(n) && SumsInOrder<F64>(n) && SumsInOrder<BF16>(n) && SumsInOrder<F16>(n);
}

// Sums over the rows of every column: of the elements, and of those of the row before by the row's number.
template <class S>
bool Columns(size_t rows, size_t columns, bool with_outputs, bool stream) {
  const TagOf<S> d;
  const Run<S> x = Values<S>(0, rows * columns);
  Run<S> y(rows * columns);
  std::vector<Stat<S>> partial(2 * PaddedColumns(columns, sizeof(Stat<S>)) * Chunks(rows)), sums(columns),
      weighted(columns);
  const Memory<S>* p_x = x.data();
  Memory<S>* p_y = y.data();
  size_t swept = 0;
  if (with_outputs) {
    FoldRows<S, Sum, Sum>(
        d, nullptr, 1, rows, columns, columns * sizeof(Memory<S>), partial.data(), stream,
        [&swept](size_t, size_t) { ++swept; },
        [=](size_t, size_t row, size_t ahead, const auto& each) HWY_ATTR {
          const auto factor = Number(d, row);
          each([&](auto at, auto& s0, auto& s1) HWY_ATTR {
            at.Prefetch(In<S>{p_x + (row + ahead) * columns});
            const auto v = at(In<S>{p_x + row * columns});
            s0 = hn::Add(s0, v);
            s1 = hn::MulAdd(v, factor, s1);
            at.Store(Out<S>{p_y + row * columns}, hn::Add(v, Number(d, 1)));
          });
        });
    hwy::FlushStream();
  } else {
    FoldColumns<S, 1, Sum, Sum>(d, nullptr, 1, rows, columns, partial.data(),
                                [=](size_t, auto at, size_t row, auto& s0, auto& s1) HWY_ATTR {
                                  at.PrefetchAhead(In<S>{p_x + row * columns});
                                  const auto v = at(In<S>{p_x + row * columns});
                                  s0 = hn::Add(s0, v);
                                  s1 = hn::MulAdd(v, Number(d, row), s1);
                                });
  }
  using A = StatStorage<S>;
  MergeColumns<Sum, Sum>(d, nullptr, 1, rows, columns, partial.data(), [&](size_t, auto at, auto s0, auto s1) HWY_ATTR {
    at.Store(Out<A>{sums.data()}, s0);
    at.Store(Out<A>{weighted.data()}, s1);
  });
  bool right = swept == (with_outputs ? rows : 0);
  for (size_t c = 0; c < columns; ++c) {
    size_t sum = 0, by_row = 0;
    for (size_t r = 0; r < rows; ++r) {
      sum += Value(r * columns + c);
      by_row += r * Value(r * columns + c);
      if (with_outputs) right = right && Holds<S>(y, r * columns + c, Value(r * columns + c) + 1);
    }
    right = right && sums[c] == static_cast<Stat<S>>(sum) && weighted[c] == static_cast<Stat<S>>(by_row);
  }
  return right;
}

template <class S>
bool LoopsOf(size_t n) {
  bool right = true;
  for (size_t skip : {size_t{0}, size_t{1}, size_t{5}})
    for (bool stream : {false, true})
      right = right && ManyOutputs<S, false>(n, skip, stream) && ManyOutputs<S, true>(n, skip, stream) &&
              SpreadRuns<S>(n, skip, stream);
  for (size_t skip : {size_t{0}, size_t{3}})
    for (size_t gap : {size_t{0}, size_t{1}}) right = right && NeighbouringRuns<S>(n, skip, gap);
  right = right && KeepsNaN<S, false>(n) && KeepsNaN<S, true>(n) && Folds<S>(n) && AsksInOrder(n);
  for (size_t rows : std::initializer_list<size_t>{1, 2, 3, 8, 13, 130}) {
    right = right && Columns<S>(rows, n, false, false);
    for (bool stream : {false, true}) right = right && Columns<S>(rows, n, true, stream);
  }
  return right;
}

bool Loops(size_t n) { return LoopsOf<F32>(n) && LoopsOf<F64>(n) && LoopsOf<BF16>(n) && LoopsOf<F16>(n); }

// Rows so long that what they share is shifted, and that fewer of them are walked together. `end`: of a page.
template <class S>
bool LongRowsOf(size_t n, char* end) {
  bool right = Columns<S>(13, n, false, false);
  for (size_t skip : {size_t{0}, size_t{1}, size_t{5}})
    for (size_t before : {size_t{0}, size_t{3}})
      right = right && SharedRuns<S>(n, skip, reinterpret_cast<Stat<S>*>(end) - before);
  return right;
}

bool LongRows(size_t n, char* end) {
  return LongRowsOf<F32>(n, end) && LongRowsOf<F64>(n, end) && LongRowsOf<BF16>(n, end) && LongRowsOf<F16>(n, end);
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "guarded.hpp"
#include "targets.hpp"

namespace normfold {

HWY_EXPORT(Loops);
HWY_EXPORT(LongRows);
HWY_EXPORT(Orders);

namespace {

TEST_CASE("every element of a loop is read, stored and summed once") {
  inl_test::on_every_target([] {
    for (std::size_t n = 1; n <= 140; ++n) {
      INFO("a run of ", n);
      REQUIRE(HWY_DYNAMIC_DISPATCH(Loops)(n));
    }
  });
}

TEST_CASE("a sum's order is that of its definition, second-level sums included") {
  inl_test::on_every_target([] {
    for (const std::size_t n :
         std::initializer_list<std::size_t>{1, 3, 63, 64, 65, 200, 1000, 16384, 32767, 65536, 65537, 200000}) {
      INFO("a run of ", n);
      REQUIRE(HWY_DYNAMIC_DISPATCH(Orders)(n));
    }
  });
}

TEST_CASE("long rows too, beside what they share") {
  const inl_test::guarded_pages memory(6);
  inl_test::on_every_target([&] {
    for (const std::size_t n : std::initializer_list<std::size_t>{256, 257, 300, 513, 700, 1100, 2600}) {
      INFO("rows of ", n);
      REQUIRE(HWY_DYNAMIC_DISPATCH(LongRows)(n, memory.end<char>()));
    }
  });
}

}  // namespace
}  // namespace normfold

#endif  // HWY_ONCE
