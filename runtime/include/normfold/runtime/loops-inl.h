// The loops of generated kernels: small functions on vectors, elementwise loops with kept or streamed stores. Re-included
// per target. Where a loop body stands is in places-inl.h and halves-inl.h, what is asked for in asks-inl.h, folds are in folds-inl.h.

#if defined(NORMFOLD_LOOPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_LOOPS_INL_H_
#undef NORMFOLD_LOOPS_INL_H_
#else
#define NORMFOLD_LOOPS_INL_H_
#endif

#include <cstring>
#include <limits>
#include <type_traits>

#include "hwy/highway.h"
#include "normfold/runtime/asks-inl.h"
#include "normfold/runtime/convert-inl.h"
#include "normfold/runtime/halves-inl.h"
#include "normfold/runtime/places-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One element in every lane. For results stored as bf16 a NaN becomes a short one, of which the lower half is 0 (OutOf).
template <class S, class Result = S, class D>
HWY_INLINE hn::Vec<D> Broadcast(D d, const typename S::Memory* p) {
  const auto one = LoadOne(S(), p);
  if constexpr (std::is_same_v<S, F32> && std::is_same_v<Result, BF16>) {
    if (HWY_UNLIKELY(one != one)) return hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  }
  return hn::Set(d, one);
}

template <class S>
using Memory = typename S::Memory;
/// Statistics in memory: float, or double for F64.
template <class S>
using Stat = typename S::Arithmetic;
/// How a statistic is stored in memory, as a storage type.
template <class S>
using StatStorage = std::conditional_t<sizeof(typename S::Arithmetic) == 8, F64, F32>;

/// A number in every lane.
template <class D, class N>
HWY_INLINE hn::Vec<D> Number(D d, N value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

template <class V>
HWY_INLINE V Sq(V v) {
  return hn::Mul(v, v);
}
template <class D, class V>
HWY_INLINE V Rsqrt(D d, V v) {
  return hn::Div(hn::Set(d, 1), hn::Sqrt(v));
}
/// Comparisons give 1 or 0; Select takes the second argument where the first is not 0.
template <class D, class V>
HWY_INLINE V Less(D d, V a, V b) {
  return hn::IfThenElseZero(hn::Lt(a, b), hn::Set(d, 1));
}
template <class D, class V>
HWY_INLINE V LessEqual(D d, V a, V b) {
  return hn::IfThenElseZero(hn::Le(a, b), hn::Set(d, 1));
}
template <class D, class V>
HWY_INLINE V Select(D d, V condition, V a, V b) {
  return hn::IfThenElse(hn::Eq(condition, hn::Zero(d)), b, a);
}

/// 1 in the lanes of elements that are among the first `count`, else 0; `at` begins at element i.
template <class D, class At>
HWY_INLINE hn::Vec<D> Leading(D d, const At& at, size_t i, size_t count) {
  return hn::IfThenElseZero(hn::FirstN(d, at.Among(count > i ? count - i : 0)), hn::Set(d, 1));
}

/// Larger and smaller of two, NaN where either is.
template <class V>
HWY_INLINE V Max(V a, V b) {
  return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Gt(a, b), a, b));
}
template <class V>
HWY_INLINE V Min(V a, V b) {
  return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Lt(a, b), a, b));
}

/// How often the variance goes into the square of the mean, seen from the pivot, where it drowns in it.
constexpr int kFar = 4;
/// Between these a mean of squares is an ordinary number.
template <class T>
constexpr T kLeastOrdinary = std::numeric_limits<T>::min() * T(64);
template <class T>
constexpr T kMostOrdinary = std::numeric_limits<T>::max() / T(64);

/// Whether sums about the pivot must be taken again about the mean: where the mean's square drowns the variance.
template <class D, class V>
HWY_INLINE bool IsFar(D d, V shift, V variance) {
  return hn::GetLane(hn::Mul(shift, shift)) > hn::GetLane(hn::Mul(hn::Set(d, kFar), variance));
}

/// Whether a mean of squares is an ordinary number: no square overflowed, and none that counts vanished.
template <class D, class V>
HWY_INLINE bool InRange(D, V v) {
  using T = hn::TFromD<D>;
  const T value = hn::GetLane(v);
  return value >= kLeastOrdinary<T> && value <= kMostOrdinary<T>;
}

/// The power of two that brings `largest` near 1, bounded so that it and its reciprocal are normal numbers; 1 where
/// `largest` is 0, infinite or NaN.
template <class D, class V>
HWY_INLINE V PowerOfTwo(D d, V largest) {
  using T = hn::TFromD<D>;
  using U = hwy::MakeUnsigned<T>;
  constexpr int kMost = std::numeric_limits<T>::max_exponent - 2, kFractionBits = std::numeric_limits<T>::digits - 1;
  const T value = hn::GetLane(largest);
  if (!(value > 0) || value > std::numeric_limits<T>::max()) return hn::Set(d, T(1));
  U bits;
  hwy::CopySameSize(&value, &bits);
  const int exponent = HWY_MIN(static_cast<int>(bits >> kFractionBits) - kMost, kMost);  // subnormal numbers: -kMost
  bits = static_cast<U>(kMost + 1 - exponent) << kFractionBits;
  T power;
  hwy::CopySameSize(&bits, &power);
  return hn::Set(d, power);
}

/// A value times the scale of its slice.
template <class V>
HWY_INLINE V Mul(V v, V scale) {
  return hn::Mul(v, scale);
}
template <class V>
HWY_INLINE V Mul(V v, One) {
  return v;
}

/// Calls f(by), where a loop multiplies by `by`: by One where the scale is 1, which is another loop.
template <class D, class V, class F>
HWY_INLINE void Scaled(D, V scale, const F& f) {
  if (hn::GetLane(scale) == 1) f(One());
  else f(scale);
}
/// The same for scales in memory, of which some are not 1 where `scaled`: a loop reads at(by(scales)).
template <class F>
HWY_INLINE void Scaled(bool scaled, const F& f) {
  if (scaled) f([](auto scales) HWY_ATTR { return scales; });
  else f([](auto) HWY_ATTR { return Ones(); });
}

namespace detail {
// Calls f(at) for n elements, vector by vector. With `stream`, stores go past the cache once `out` is aligned; kShift: what rows share
// is shifted there, if they are long enough for that to pay.
template <bool kShift, class D, class S, class F>
HWY_INLINE void ForEachPlace(D d, size_t n, bool stream, Edges& edges, Out<S> out, const F& f) {
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  if (!stream) {
    i = ForWhole(Whole<D>{d, i}, n, f);
    if (i < n) f(Part<D>{d, i, n - i});
    return;
  }
  const size_t bytes = lanes * sizeof(typename S::Memory);
  const size_t past = reinterpret_cast<uintptr_t>(out.p) % bytes;
  // The parts at the beginning and at the end are one piece of code.
  for (size_t part = past == 0 ? 0 : HWY_MIN((bytes - past) / sizeof(typename S::Memory), n);;) {
    if (part != 0) {
      edges.Restart();
      f(Edge<D>{{d, i, part}, &edges});
    }
    i += part;
    if (i == n) break;
    if constexpr (kShift && kShifts<S, D>) {
      const size_t first = n * sizeof(typename S::Memory) < 2 * kShortRun ? 0 : i % lanes;
      for (; first != 0 && i + lanes <= n; i += lanes) f(Shifted<D>{{{d, i}}, first});
    }
    i = ForWhole(Streamed<D>{{d, i}}, n, f);
    if (i == n) break;
    part = n - i;
  }
}

}  // namespace detail

/// Calls f(at) for n elements, by vectors of what is stored: twice for each where S is split, for the even and for the odd elements. For
/// runs of S and of parameters. With `stream`, stores go past the cache, by whole vectors of `out`; `edges`: those at its ends.
template <class D, class S, class F>
HWY_INLINE void ForEach(D d, size_t n, bool stream, Edges& edges, Out<S> out, const F& f) {
  if constexpr (kSplits<S, D>) {
    const auto both = [&](auto words) HWY_ATTR { BothHalves(d, words, f); };
    detail::ForEachPlace<false>(WordsOf<D>(), n, stream, edges, Out<Word>{out.p}, both);
  } else {
    detail::ForEachPlace<false>(d, n, stream, edges, out, f);
  }
}

/// The same where statistics are read beside the elements: they are floats, of which every other one would cost more than it saves.
/// Where S is split, f is called for the lower and for the upper neighbours.
template <class D, class S, class F>
HWY_INLINE void ForEachVector(D d, size_t n, bool stream, Edges& edges, Out<S> out, const F& f) {
  if constexpr (kSplits<S, D>) {
    const auto both = [&](auto words) HWY_ATTR { BothSides(d, words, f); };
    detail::ForEachPlace<true>(WordsOf<D>(), n, stream, edges, Out<Word>{out.p}, both);
  } else {
    detail::ForEachPlace<true>(d, n, stream, edges, out, f);
  }
}

/// The same for what stays in the cache.
template <class D, class S, class F>
HWY_INLINE void ForEachVector(D d, size_t n, Out<S> out, const F& f) {
  Edges none;
  ForEachVector(d, n, false, none, out, f);
}

/// What neighbouring slices share with their elements, kValues numbers each, written out for every element of a run of each, so that
/// those runs, which follow each other in memory, are one. kSpreadBytes of S at most.
template <class S, size_t kValues>
class Spread {
  using T = Stat<S>;

 public:
  /// Writes the values of slice number `slice`, whose run has n elements, and maybe over what comes after it.
  template <class D, class... Values>
  HWY_INLINE void Write(D d, size_t slice, size_t n, Values... values) {
    size_t k = 0;
    (Fill(d, numbers_[k++] + slice * n, n, hn::Set(d, values)), ...);
  }
  HWY_INLINE In<StatStorage<S>> operator[](size_t k) const { return {numbers_[k]}; }

 private:
  template <class D>
  static HWY_INLINE void Fill(D d, T* to, size_t n, hn::Vec<D> v) {
    for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(v, d, to + i);
  }
  HWY_ALIGN_MAX T numbers_[kValues][kSpreadBytes / sizeof(typename S::Memory) + 64 / sizeof(T)];
};

/// Where runs of slices lie apart, a sweep asks for those of the slices that are swept next. It takes slice after slice, but asks in
/// the order of memory: for a run of each slice, then for the following run of each.
class NextRuns {
 public:
  HWY_INLINE NextRuns(size_t swept, size_t slices) : slices_(slices), slice_(swept % slices), run_(swept / slices) {}
  HWY_INLINE void Step() {
    if (++slice_ < slices_) return;
    slice_ = 0;
    ++run_;
  }
  /// Which run of which of the slices.
  HWY_INLINE size_t Run() const { return run_; }
  HWY_INLINE size_t Slice() const { return slice_; }

 private:
  size_t slices_, slice_, run_;
};

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_LOOPS_INL_H_
