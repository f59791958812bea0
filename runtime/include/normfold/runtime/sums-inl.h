// Kinds of folds, and the accumulators of one step of a sweep: vectors as members, in which partial results stay in registers.
// Re-included per target. To add a kind of fold, add a struct beside Sum.

#if defined(NORMFOLD_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_SUMS_INL_H_
#undef NORMFOLD_SUMS_INL_H_
#else
#define NORMFOLD_SUMS_INL_H_
#endif

#include <limits>

#include "hwy/highway.h"
#include "normfold/runtime/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How two partial results of a fold merge, and where it starts.
struct Sum {
  template <class T>
  static constexpr T kStart = T(0);
  template <class V>
  static HWY_INLINE V Merge(V a, V b) {
    return hn::Add(a, b);
  }
};
struct Largest {
  template <class T>
  static constexpr T kStart = -std::numeric_limits<T>::infinity();
  template <class V>
  static HWY_INLINE V Merge(V a, V b) {
    return HWY_NAMESPACE::Max(a, b);  // not Highway's, to which a NaN may be lost
  }
};
struct Smallest {
  template <class T>
  static constexpr T kStart = std::numeric_limits<T>::infinity();
  template <class V>
  static HWY_INLINE V Merge(V a, V b) {
    return HWY_NAMESPACE::Min(a, b);
  }
};
struct LargestAbs : Largest {
  template <class T>
  static constexpr T kStart = T(0);
};

#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
// The accumulators of one vector's worth of lanes: one vector a fold.
template <class D, class... Folds>
struct Sums {
  HWY_INLINE void Start(D) {}
  template <class F, class At, class... Done>
  HWY_INLINE void Step(const F& f, At at, Done&... done) {
    f(at, done...);
  }
  template <class M>
  HWY_INLINE void Take(D, M, const Sums&) {}
  template <size_t kLanes, class T>
  HWY_INLINE void Flush(D, T*, bool) const {}
};
template <class D, class Fold, class... Rest>
struct Sums<D, Fold, Rest...> : Sums<D, Rest...> {
  using Base = Sums<D, Rest...>;
  hn::Vec<D> sum;
  HWY_INLINE void Start(D d) {
    sum = hn::Set(d, Fold::template kStart<hn::TFromD<D>>);
    Base::Start(d);
  }
  template <class F, class At, class... Done>
  HWY_INLINE void Step(const F& f, At at, Done&... done) {
    Base::Step(f, at, done..., sum);
  }
  // A step of the first n lanes alone.
  template <class F, class At>
  HWY_INLINE void StepFirst(D d, size_t n, const F& f, At at) {
    Sums stepped = *this;
    stepped.Step(f, at);
    Take(d, hn::FirstN(d, n), stepped);
  }
  template <class M>
  HWY_INLINE void Take(D d, M mask, const Sums& from) {
    sum = hn::IfThenElse(mask, from.sum, sum);
    Base::Take(d, mask, from);
  }
  // Stores into the lanes in memory, where `merge` to what is there; each fold's lanes are kLanes long.
  template <size_t kLanes, class T>
  HWY_INLINE void Flush(D d, T* lanes, bool merge) const {
    hn::Store(merge ? Fold::Merge(hn::Load(d, lanes), sum) : sum, d, lanes);
    Base::template Flush<kLanes>(d, lanes + kLanes, merge);
  }
};

// M neighbouring vectors of accumulators, as named members: an array of vectors is not unrolled by every compiler.
template <size_t M, bool kSplit, class D, class... Folds>
struct Block {
  Block<M / 2, kSplit, D, Folds...> low;
  Block<M / 2, kSplit, D, Folds...> high;
  HWY_INLINE void Start(D d) {
    low.Start(d);
    high.Start(d);
  }
  template <class F>
  HWY_INLINE void Step(D d, size_t i, const F& f) {
    low.Step(d, i, f);
    high.Step(d, i + M / 2 * hn::Lanes(d), f);
  }
  // The first n elements of a step, n less than a block.
  template <class F>
  HWY_INLINE void StepPart(D d, size_t i, size_t n, const F& f) {
    const size_t half = M / 2 * hn::Lanes(d);
    if (n < half) return low.StepPart(d, i, n, f);
    low.Step(d, i, f);
    high.StepPart(d, i + half, n - half, f);
  }
  template <size_t kLanes, class T>
  HWY_INLINE void Flush(D d, T* lanes, bool merge) const {
    low.template Flush<kLanes>(d, lanes, merge);
    high.template Flush<kLanes>(d, lanes + M / 2 * hn::Lanes(d) / (kSplit ? 2 : 1), merge);
  }
};
template <class D, class... Folds>
struct Block<1, false, D, Folds...> {
  Sums<D, Folds...> sums;
  HWY_INLINE void Start(D d) { sums.Start(d); }
  template <class F>
  HWY_INLINE void Step(D d, size_t i, const F& f) {
    sums.Step(f, Whole<D>{d, i});
  }
  template <class F>
  HWY_INLINE void StepPart(D d, size_t i, size_t n, const F& f) {
    sums.StepFirst(d, n, f, Part<D>{d, i, n});
  }
  template <size_t kLanes, class T>
  HWY_INLINE void Flush(D d, T* lanes, bool merge) const {
    sums.template Flush<kLanes>(d, lanes, merge);
  }
};
// Two vectors of accumulators over the same words: even elements, whose lanes are the first half of those in memory, and
// odd ones.
template <class D, class... Folds>
struct Block<2, true, D, Folds...> {
  Sums<D, Folds...> even, odd;
  HWY_INLINE void Start(D d) {
    even.Start(d);
    odd.Start(d);
  }
  template <class F>
  HWY_INLINE void Step(D d, size_t i, const F& f) {
    using Words = Whole<WordsOf<D>>;
    const Words words{WordsOf<D>(), i};
    even.Step(f, Half<D, false, Words>{d, words, i, nullptr});
    odd.Step(f, Half<D, true, Words>{d, words, i, nullptr});
  }
  template <class F>
  HWY_INLINE void StepPart(D d, size_t i, size_t n, const F& f) {
    using Words = Part<WordsOf<D>>;
    const Words words{WordsOf<D>(), i, n};
    even.StepFirst(d, (n + 1) / 2, f, Half<D, false, Words>{d, words, i, nullptr});
    odd.StepFirst(d, n / 2, f, Half<D, true, Words>{d, words, i, nullptr});
  }
  template <size_t kLanes, class T>
  HWY_INLINE void Flush(D d, T* lanes, bool merge) const {
    even.template Flush<kLanes>(d, lanes, merge);
    odd.template Flush<kLanes>(d, lanes + kLanes / 2, merge);
  }
};
#endif  // vectors as members

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_SUMS_INL_H_
