// What is known of slices that are swept together: a number each, of which a vector takes those of as many slices as it has lanes.
// Re-included per target.

#if defined(NORMFOLD_SLICES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_SLICES_INL_H_
#undef NORMFOLD_SLICES_INL_H_
#else
#define NORMFOLD_SLICES_INL_H_
#endif

#include "hwy/highway.h"
#include "normfold/runtime/cache.h"
#include "normfold/runtime/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One number of each slice, by its place among its neighbours.
template <class S>
class OfSlices {
 public:
  HWY_INLINE Stat<S>& operator[](size_t slice) { return numbers_[slice]; }
  HWY_INLINE Stat<S> operator[](size_t slice) const { return numbers_[slice]; }
  /// Those of the `left` slices from number `first` on, as far as there are lanes. Lanes beyond them have that of one of them. A vector
  /// loaded from numbers that were just stored waits for them; one or two numbers are loaded one by one.
  template <class D>
  HWY_INLINE hn::Vec<D> Load(D d, size_t first, size_t left) const {
    if (left <= 2) {
      const hn::Vec<D> last = hn::Set(d, numbers_[first + left - 1]);
      return hn::IfThenElse(hn::FirstN(d, 1), hn::Set(d, numbers_[first]), last);
    }
    const hn::Vec<D> all = hn::Load(d, numbers_ + first);
    if (left >= hn::Lanes(d)) return all;
    return hn::IfThenElse(hn::FirstN(d, left), all, hn::Set(d, numbers_[first]));
  }
  template <class D>
  HWY_INLINE void Store(D d, size_t first, hn::Vec<D> numbers) {
    hn::Store(numbers, d, numbers_ + first);
  }

 private:
  HWY_ALIGN_MAX Stat<S> numbers_[kMostTogether];
};

/// IsFar and !InRange, lane by lane.
template <class D, class V>
HWY_INLINE hn::Mask<D> AreFar(D d, V shift, V variance) {
  return hn::Gt(hn::Mul(shift, shift), hn::Mul(hn::Set(d, kFar), variance));
}
template <class D, class V>
HWY_INLINE hn::Mask<D> AreOutOfRange(D d, V v) {
  using T = hn::TFromD<D>;
  return hn::Not(hn::And(hn::Ge(v, hn::Set(d, kLeastOrdinary<T>)), hn::Le(v, hn::Set(d, kMostOrdinary<T>))));
}

/// Calls f(slice) for those of the `left` slices from number `first` on whose lanes are set: seldom any.
template <class D, class M, class F>
HWY_INLINE void ForThose(D d, M lanes, size_t first, size_t left, const F& f) {
  using T = hn::TFromD<D>;
  const size_t some = HWY_MIN(left, hn::Lanes(d));
  const auto those = hn::And(lanes, hn::FirstN(d, some));
  if (HWY_LIKELY(hn::AllFalse(d, those))) return;
  HWY_ALIGN_MAX T marks[64 / sizeof(T)];
  hn::Store(hn::IfThenElseZero(those, hn::Set(d, 1)), d, marks);
  for (size_t i = 0; i < some; ++i)
    if (marks[i] != T(0)) f(first + i);
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_SLICES_INL_H_
