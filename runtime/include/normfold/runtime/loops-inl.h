// The loops of generated kernels: where a loop body stands, small functions on vectors, elementwise loops with kept or
// streamed stores. Re-included per target. Vector width and tails live here; folds are in folds-inl.h.

#if defined(NORMFOLD_LOOPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_LOOPS_INL_H_
#undef NORMFOLD_LOOPS_INL_H_
#else
#define NORMFOLD_LOOPS_INL_H_
#endif

#include <cmath>
#include <limits>
#include <type_traits>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "normfold/runtime/convert-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The arithmetic vectors for elements stored as S: float, or double for F64. Capped so that a vector is never longer
/// than the virtual lanes of the first block.
template <class S>
using TagOf = hn::CappedTag<typename S::Arithmetic, 64 / sizeof(typename S::Arithmetic)>;

/// A readable and a writable run of elements stored as S.
template <class S>
struct In {
  const typename S::Memory* p;
  In operator+(size_t offset) const { return {p + offset}; }
};
template <class S>
struct Out {
  typename S::Memory* p;
  Out operator+(size_t offset) const { return {p + offset}; }
};

/// How far ahead of itself, in bytes, a fold asks for memory.
constexpr size_t kAhead = 4096;

/// Where a loop body stands: a whole vector at element i; a part of one; a whole one whose stores go past the cache.
template <class D>
struct Whole {
  D d;
  size_t i;
  template <class S>
  HWY_INLINE hn::Vec<D> operator()(In<S> in) const { return Load(S(), d, in.p + i); }
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const { HWY_NAMESPACE::Store(S(), d, v, out.p + i); }
  /// Stores what is soon read again.
  template <class S>
  HWY_INLINE void Keep(Out<S> out, hn::Vec<D> v) const { HWY_NAMESPACE::Store(S(), d, v, out.p + i); }
  /// Asks for the line of this element of `in`, which a later loop will read. Any address is allowed.
  template <class S>
  HWY_INLINE void Prefetch(In<S> in) const { hwy::Prefetch(in.p + i); }
  /// The same for what the loop itself will read.
  template <class S>
  HWY_INLINE void PrefetchAhead(In<S> in) const { hwy::Prefetch(in.p + i + kAhead / sizeof(typename S::Memory)); }
};
template <class D>
struct Streamed : Whole<D> {
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const {
    typename S::Memory* to = out.p + this->i;
    const size_t bytes = hn::Lanes(this->d) * sizeof(typename S::Memory);
    if (reinterpret_cast<uintptr_t>(to) % bytes == 0) Stream(S(), this->d, v, to);
    else HWY_NAMESPACE::Store(S(), this->d, v, to);
  }
};
template <class D>
struct Part {
  D d;
  size_t i;
  size_t n;
  template <class S>
  HWY_INLINE hn::Vec<D> operator()(In<S> in) const { return LoadPart(S(), d, in.p + i, n); }
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const { StorePart(S(), d, v, out.p + i, n); }
  template <class S>
  HWY_INLINE void Keep(Out<S> out, hn::Vec<D> v) const { Store(out, v); }
  template <class S>
  HWY_INLINE void Prefetch(In<S>) const {}
  template <class S>
  HWY_INLINE void PrefetchAhead(In<S>) const {}
};

/// One element in every lane.
template <class S, class D>
HWY_INLINE hn::Vec<D> Broadcast(D d, const typename S::Memory* p) {
  return hn::Set(d, LoadOne(S(), p));
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
HWY_INLINE hn::Vec<D> Number(D d, N value) { return hn::Set(d, static_cast<hn::TFromD<D>>(value)); }

template <class V>
HWY_INLINE V Sq(V v) { return hn::Mul(v, v); }
template <class D, class V>
HWY_INLINE V Rsqrt(D d, V v) { return hn::Div(hn::Set(d, 1), hn::Sqrt(v)); }
/// Comparisons give 1 or 0; Select takes the second argument where the first is not 0.
template <class D, class V>
HWY_INLINE V Less(D d, V a, V b) { return hn::IfThenElseZero(hn::Lt(a, b), hn::Set(d, 1)); }
template <class D, class V>
HWY_INLINE V LessEqual(D d, V a, V b) { return hn::IfThenElseZero(hn::Le(a, b), hn::Set(d, 1)); }
template <class D, class V>
HWY_INLINE V Select(D d, V condition, V a, V b) { return hn::IfThenElse(hn::Eq(condition, hn::Zero(d)), b, a); }

/// 1 in the lanes of elements i, i + 1 ... that are among the first `count`, else 0.
template <class D>
HWY_INLINE hn::Vec<D> Leading(D d, size_t i, size_t count) {
  const size_t some = count > i ? HWY_MIN(count - i, hn::Lanes(d)) : 0;
  return hn::IfThenElseZero(hn::FirstN(d, some), hn::Set(d, 1));
}

/// Larger and smaller of two, NaN where either is.
template <class V>
HWY_INLINE V Max(V a, V b) { return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Gt(a, b), a, b)); }
template <class V>
HWY_INLINE V Min(V a, V b) { return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Lt(a, b), a, b)); }

/// Whether sums about the pivot must be taken again about the mean: where the mean's square drowns the variance.
template <class D, class V>
HWY_INLINE bool IsFar(D d, V shift, V variance) {
  return hn::GetLane(hn::Mul(shift, shift)) > hn::GetLane(hn::Mul(hn::Set(d, 4), variance));
}

/// Whether a mean of squares is an ordinary number: no square overflowed, and none that counts vanished.
template <class D, class V>
HWY_INLINE bool InRange(D, V v) {
  using T = hn::TFromD<D>;
  const T value = hn::GetLane(v);
  return value >= std::numeric_limits<T>::min() * T(64) && value <= std::numeric_limits<T>::max() / T(64);
}

/// The power of two that brings `largest` near 1, bounded so that it and its reciprocal are normal numbers; 1 where
/// `largest` is 0, infinite or NaN.
template <class D, class V>
HWY_INLINE V PowerOfTwo(D d, V largest) {
  using T = hn::TFromD<D>;
  constexpr int kMost = std::numeric_limits<T>::max_exponent - 2;
  const T value = hn::GetLane(largest);
  if (!(value > 0) || value > std::numeric_limits<T>::max()) return hn::Set(d, T(1));
  int exponent = 0;
  (void)std::frexp(value, &exponent);
  exponent = HWY_MIN(HWY_MAX(exponent, -kMost), kMost);
  return hn::Set(d, std::ldexp(T(1), -exponent));
}

/// Calls f(at) for n elements, vector by vector. With `stream`, stores go past the cache once `out` is aligned.
template <class D, class S, class F>
HWY_INLINE void ForEach(D d, size_t n, bool stream, Out<S> out, const F& f) {
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  if (stream) {
    const size_t bytes = lanes * sizeof(typename S::Memory);
    const size_t past = reinterpret_cast<uintptr_t>(out.p) % bytes;
    const size_t head = past == 0 ? 0 : (bytes - past) / sizeof(typename S::Memory);
    if (head != 0 && head < n) {
      f(Part<D>{d, 0, head});
      i = head;
    }
    for (; i + lanes <= n; i += lanes) f(Streamed<D>{{d, i}});
  } else {
    for (; i + lanes <= n; i += lanes) f(Whole<D>{d, i});
  }
  if (i < n) f(Part<D>{d, i, n - i});
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_LOOPS_INL_H_
