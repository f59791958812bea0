// Folds over runs of elements, with a fixed number of virtual lanes and a fixed tree on every target. Re-included per
// target. Kinds of folds are in sums-inl.h.

#if defined(NORMFOLD_FOLDS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_FOLDS_INL_H_
#undef NORMFOLD_FOLDS_INL_H_
#else
#define NORMFOLD_FOLDS_INL_H_
#endif

#include "hwy/highway.h"
#include "normfold/runtime/sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Virtual lanes over which a sweep of `folds` folds is spread, on every target: 256 bytes for one fold, 128 bytes each for
/// more, so that the chains of additions are long enough to hide their latency and still fit 16 registers of 32 bytes. Two folds of
/// bf16, of which a vector brings twice as many elements, have 256 bytes each.
template <class T, size_t kFolds, class S>
constexpr size_t kLanes = (kFolds == 1 || (kFolds == 2 && std::is_same_v<S, BF16>) ? 256 : 128) / sizeof(T);

#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
namespace detail {
// The tree of halves, entry i with entry i + half, inside one vector.
template <class Fold, class D, class V>
HWY_INLINE hn::TFromD<D> TreeInVector(D, V v) {
  constexpr size_t kIn = hn::MaxLanes(D());
  if constexpr (kIn * sizeof(hn::TFromD<D>) > 16) {
    const hn::Half<D> half;
    return TreeInVector<Fold>(half, Fold::Merge(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else if constexpr (kIn == 4) {
    v = Fold::Merge(v, hn::Shuffle1032(v));
    return hn::GetLane(Fold::Merge(v, hn::Shuffle2301(v)));
  } else {
    static_assert(kIn == 2, "a vector of 16 bytes");
    return hn::GetLane(Fold::Merge(v, hn::Shuffle01(v)));
  }
}

// The same over the kAll vectors that f(at) gives, from element i on, down to the one that is left.
template <size_t kCount, size_t kAll, class Fold, class D, class F>
HWY_INLINE hn::Vec<D> TreeOf(D d, const F& f, size_t i) {
  if constexpr (kCount == kAll) {
    return f(Whole<D>{d, i});
  } else {
    return Fold::Merge(TreeOf<2 * kCount, kAll, Fold>(d, f, i),
                       TreeOf<2 * kCount, kAll, Fold>(d, f, i + kCount * hn::MaxLanes(D())));
  }
}

// The same over vectors in memory.
template <size_t kAll, class Fold, class D, class T>
HWY_INLINE hn::Vec<D> TreeOfVectors(D d, const T* lanes) {
  return TreeOf<1, kAll, Fold>(
      d, [&](auto at) HWY_ATTR { return hn::Load(d, lanes + at.i); }, 0);
}
}  // namespace detail
#endif  // vectors as members

/// Several folds over the same elements, gathered run by run. Element j of a run goes to virtual lane j % kLanes; a run
/// is cut every 1024 blocks into second-level sums; the lanes are merged at the end by a fixed tree of halves. So the bits
/// depend on the runs alone, not on the vector's width, nor on whether vectors hold neighbours or (kSplit) every other element,
/// nor on whether blocks of whole lanes are summed in registers (kBlocks) or all in memory, which is less code.
template <class D, size_t kLanes, bool kSplit, bool kBlocks, class... Folds>
class Reduce {
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;
  static constexpr size_t kFolds = sizeof...(Folds);
  static constexpr size_t kCut = 1024 * kLanes;
  // Whether what fills no block is a block of vectors in part: of few vectors, where a part of one costs a mask.
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
  using AtOnce = D;
  static constexpr bool kMasks = false;
#else
  using AtOnce = std::conditional_t<kSplit, WordsOf<D>, D>;
  static constexpr bool kMasks = kBlocks && detail::kMasksLanes<AtOnce> && kLanes / hn::MaxLanes(D()) <= 8;
#endif

 public:
  Reduce() {}  // lanes are written before they are read

  /// Steps over n elements: f(at, V& fold0, V& fold1, ...) updates the folds with the element(s) that `at` reads.
  template <class F>
  HWY_INLINE void Over(D d, size_t n, const F& f) {
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
    if constexpr (kBlocks) return InBlocks(d, n, f);
#endif
    for (size_t i = 0; i < n; i += kCut) {
      HWY_ALIGN_MAX T later[kFolds * kLanes];
      T* lanes = begun_ ? later : lanes_;
      Clear(d, lanes, Folds()...);
      InMemory(d, i, HWY_MIN(n, i + kCut), lanes, f);
      Merge(d, lanes);
    }
  }

  /// Takes the lanes of a slice that `places` (PlaceSums) has summed, whose runs have n elements.
  template <class Places>
  HWY_INLINE void Take(D d, const Places& places, size_t slice, size_t n) {
    places.GiveLanes(d, slice, n, lanes_);
    begun_ = true;
  }

  /// The result of fold number kFold in every lane.
  template <size_t kFold>
  HWY_INLINE V Total(D d) {
    using Fold = FoldAt<kFold, Folds...>;
    if (!begun_) return hn::Set(d, Fold::template kStart<T>);
    T* lanes = lanes_ + kFold * kLanes;
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
    Tree<kLanes / 2, Fold>(lanes);
    return hn::Set(d, lanes[0]);
#else
    constexpr size_t kVectors = kLanes / hn::MaxLanes(D());
    if constexpr (kSplit) {  // the tree merges neighbours last
      const V even = hn::Set(d, detail::TreeInVector<Fold>(d, detail::TreeOfVectors<kVectors / 2, Fold>(d, lanes)));
      return Fold::Merge(even, hn::Set(d, detail::TreeInVector<Fold>(
                                              d, detail::TreeOfVectors<kVectors / 2, Fold>(d, lanes + kLanes / 2))));
    } else {
      return hn::Set(d, detail::TreeInVector<Fold>(d, detail::TreeOfVectors<kVectors, Fold>(d, lanes)));
    }
#endif
  }

 private:
  template <size_t k, class First, class... Rest>
  struct Nth : Nth<k - 1, Rest...> {};
  template <class First, class... Rest>
  struct Nth<0, First, Rest...> {
    using type = First;
  };
  template <size_t k, class... All>
  using FoldAt = typename Nth<k, All...>::type;

#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
  // Whole blocks in registers. Those of a cut go to memory where another cut follows, which few runs are long enough for.
  template <class F>
  HWY_INLINE void InBlocks(D d, size_t n, const F& f) {
    Block<kLanes / hn::MaxLanes(D()), kSplit, D, Folds...> block;
    block.Start(d);
    size_t i = 0;
    for (size_t end = HWY_MIN(n, kCut);; end = HWY_MIN(n, end + kCut)) {
      for (; i + kLanes <= end; i += kLanes) block.Step(d, i, f);
      if (HWY_LIKELY(end == n)) break;
      block.template Flush<kLanes>(d, lanes_, begun_);
      begun_ = true;
      block.Start(d);
    }
    if constexpr (kMasks) {
      if (i < n) block.StepPart(d, i, n - i, f);
      block.template Flush<kLanes>(d, lanes_, begun_);
      begun_ = true;
    } else {
      HWY_ALIGN_MAX T later[kFolds * kLanes];
      T* lanes = begun_ ? later : lanes_;
      block.template Flush<kLanes>(d, lanes, false);
      InMemory(d, i, n, lanes, f);
      Merge(d, lanes);
    }
  }
#endif

  // What fills no block: elements [i, end) vector by vector into lanes in memory, in any lane the same code.
  template <class F>
  static HWY_INLINE void InMemory(D d, size_t i, size_t end, T* lanes, const F& f) {
    const AtOnce at_once;
    for (; i < end; i += hn::Lanes(at_once)) {
      const size_t left = HWY_MIN(end - i, hn::Lanes(at_once));
      T* those = lanes + i % kLanes / (kSplit ? 2 : 1);
      if (left == hn::Lanes(at_once)) Step(d, those, left, f, Whole<AtOnce>{at_once, i});
      else Step(d, those, left, f, Part<AtOnce>{at_once, i, left});
    }
  }

  template <class At, class F>
  static HWY_INLINE void Step(D d, T* lanes, size_t n, const F& f, At at) {
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
    StepInMemory<Folds...>(d, lanes, n, f, at);
#else
    if constexpr (kSplit) {
      StepInMemory<Folds...>(d, lanes, (n + 1) / 2, f, Half<D, false, At>{d, at, at.i, nullptr});
      StepInMemory<Folds...>(d, lanes + kLanes / 2, n / 2, f, Half<D, true, At>{d, at, at.i, nullptr});
    } else {
      StepInMemory<Folds...>(d, lanes, n, f, at);
    }
#endif
  }

  // Loads the folds' vectors one by one, calls f with all of them, and stores those lanes that are valid.
  template <class First, class... Rest, class F, class At, class... Done>
  static HWY_INLINE void StepInMemory(D d, T* lanes, size_t valid, const F& f, At at, Done&... done) {
    const V before = hn::Load(d, lanes);
    V sum = before;
    if constexpr (sizeof...(Rest) == 0) f(at, done..., sum);
    else StepInMemory<Rest...>(d, lanes + kLanes, valid, f, at, done..., sum);
    hn::Store(hn::IfThenElse(hn::FirstN(d, valid), sum, before), d, lanes);
  }

  // The lanes of a cut, in `lanes`, go to those of the cuts before it; the first cut's are there.
  HWY_INLINE void Merge(D d, const T* lanes) {
    if (begun_) MergeInMemory(d, lanes, lanes_, Folds()...);
    begun_ = true;
  }
  static HWY_INLINE void MergeInMemory(D, const T*, T*) {}
  template <class First, class... Rest>
  static HWY_INLINE void MergeInMemory(D d, const T* from, T* to, First, Rest... rest) {
    for (size_t i = 0; i < kLanes; i += hn::Lanes(d))
      hn::Store(First::Merge(hn::Load(d, to + i), hn::Load(d, from + i)), d, to + i);
    MergeInMemory(d, from + kLanes, to + kLanes, rest...);
  }

  static HWY_INLINE void Clear(D, T*) {}
  template <class First, class... Rest>
  static HWY_INLINE void Clear(D d, T* lanes, First, Rest... rest) {
    for (size_t i = 0; i < kLanes; i += hn::Lanes(d)) hn::Store(hn::Set(d, First::template kStart<T>), d, lanes + i);
    Clear(d, lanes + kLanes, rest...);
  }
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
  template <size_t kHalf, class Fold>
  static HWY_INLINE void Tree(T* lanes) {
    if constexpr (kHalf > 0) {
      const hn::CappedTag<T, kHalf> d;
      for (size_t i = 0; i < kHalf; i += hn::Lanes(d))
        hn::StoreU(Fold::Merge(hn::LoadU(d, lanes + i), hn::LoadU(d, lanes + kHalf + i)), d, lanes + i);
      Tree<kHalf / 2, Fold>(lanes);
    }
  }
#endif

  HWY_ALIGN_MAX T lanes_[kFolds * kLanes];
  bool begun_ = false;
};

/// A sweep of these folds over runs stored as S. Scalable vectors cannot be members, and would be too many where there is one lane.
template <class S, class... Folds, class D>
HWY_INLINE auto Fold(D) {
  constexpr bool kBlocks = !HWY_HAVE_SCALABLE && HWY_TARGET != HWY_SCALAR;
  return Reduce<D, kLanes<hn::TFromD<D>, sizeof...(Folds), S>, kSplits<S, D>, kBlocks, Folds...>{};
}
/// A sweep that is seldom taken, of folds that do not depend on the order: little code.
template <class... Folds, class D>
HWY_INLINE auto FoldRarely(D) {
  return Reduce<D, 64 / sizeof(hn::TFromD<D>), false, false, Folds...>{};
}
template <size_t kFold, class D, size_t kLanes, bool kSplit, bool kBlocks, class... Folds>
HWY_INLINE hn::Vec<D> Total(D d, Reduce<D, kLanes, kSplit, kBlocks, Folds...>& folds) {
  return folds.template Total<kFold>(d);
}

/// Of slices that are summed one after the other, the pivots of so many are found ahead: a sum waits for its pivot, and behind it all
/// that follows.
constexpr size_t kPivotsAhead = 4;

/// The mean of the first block of a run of n elements, which serves as the pivot of its moments: of the largest power of two up to
/// 16 (8 doubles), so that equal elements have exactly their value as mean. f(at) gives the elements that `at` reads.
template <class D, class F>
HWY_INLINE hn::Vec<D> MeanOfFirst(D d, size_t n, const F& f) {
  using T = hn::TFromD<D>;
  constexpr size_t kMost = 64 / sizeof(T);
  size_t block = kMost;
  while (block > n) block /= 2;
  const T share = T(1) / static_cast<T>(block);
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
  if (HWY_LIKELY(block == kMost)) {
    return hn::Set(d, detail::TreeInVector<Sum>(d, detail::TreeOf<1, kMost / hn::MaxLanes(D()), Sum>(d, f, 0)) * share);
  }
  if constexpr (hn::MaxLanes(D()) == kMost) {
    return hn::Set(
        d, detail::TreeInVector<Sum>(d, hn::IfThenElseZero(hn::FirstN(d, block), f(Part<D>{d, 0, block}))) * share);
  }
#endif
  HWY_ALIGN_MAX T entries[kMost] = {};
  for (size_t i = 0; i < block; i += hn::Lanes(d)) {
    const size_t some = HWY_MIN(block - i, hn::Lanes(d));
    if (some == hn::Lanes(d)) hn::Store(f(Whole<D>{d, i}), d, entries + i);
    else detail::StoreFirst(d, f(Part<D>{d, i, some}), entries + i, some);
  }
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
  for (size_t half = kMost / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) entries[i] += entries[half + i];
  return hn::Set(d, entries[0] * share);
#else
  return hn::Set(
      d, detail::TreeInVector<Sum>(d, detail::TreeOfVectors<kMost / hn::MaxLanes(D()), Sum>(d, entries)) * share);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_FOLDS_INL_H_
