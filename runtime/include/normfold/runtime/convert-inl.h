// Storage types in memory to arithmetic vectors and back: f32, f64, bf16, f16. Re-included per target.
// To add a type, write its tag below and, unless memory holds the arithmetic type itself, its Widen, Narrow and Round.

#if defined(NORMFOLD_RUNTIME_CONVERT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_RUNTIME_CONVERT_INL_H_
#undef NORMFOLD_RUNTIME_CONVERT_INL_H_
#else
#define NORMFOLD_RUNTIME_CONVERT_INL_H_
#endif

#include <hwy/highway.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of the smallest lane for which the target's masked loads and stores leave the other lanes' memory alone.
// Elsewhere Highway's MaskedLoad reads the whole vector, so that a part goes through the stack.
#undef NORMFOLD_MASKED_LANE_BYTES
#if HWY_HAVE_SCALABLE || (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3)
#define NORMFOLD_MASKED_LANE_BYTES 2
#elif HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
#define NORMFOLD_MASKED_LANE_BYTES 4
#else
#define NORMFOLD_MASKED_LANE_BYTES 16
#endif

// Where Highway's f16 conversions are one instruction that rounds to nearest even. Its emulations truncate in places.
#undef NORMFOLD_F16_IN_HARDWARE
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)
#define NORMFOLD_F16_IN_HARDWARE 1
#elif HWY_ARCH_ARM_A64 && HWY_TARGET == HWY_NEON
#define NORMFOLD_F16_IN_HARDWARE 1
#else
#define NORMFOLD_F16_IN_HARDWARE 0
#endif

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

struct F32 {
  using Memory = float;
  using Arithmetic = float;
};
struct F64 {
  using Memory = double;
  using Arithmetic = double;
};
struct BF16 {
  using Memory = uint16_t;
  using Arithmetic = float;
};
struct F16 {
  using Memory = uint16_t;
  using Arithmetic = float;
};

namespace detail {

template <class S>
inline constexpr bool kSameInMemory = sizeof(typename S::Memory) == sizeof(typename S::Arithmetic);

template <class D>
using Words = hn::Rebind<uint16_t, D>;

// The low 16 bits of lanes that are below 2^16. Every target demotes from signed lanes.
template <class D, class VU>
HWY_INLINE hn::Vec<Words<D>> LowWords(D /*d*/, VU bits) {
  return hn::DemoteTo(Words<D>(), hn::BitCast(hn::Rebind<int32_t, D>(), bits));
}

// a where the float bits `magnitude` (sign cleared) are a NaN, else b.
template <class DU, class VU>
HWY_INLINE VU IfNaN(DU du, VU magnitude, VU a, VU b) {
  const hn::RebindToSigned<DU> di;
  const auto is_nan = hn::Gt(hn::BitCast(di, magnitude), hn::Set(di, 0x7F800000));
  return hn::BitCast(du, hn::IfThenElse(is_nan, hn::BitCast(di, a), hn::BitCast(di, b)));
}

// ------------------------------ bf16: the upper half of a float

// Float bits of a number rounded to nearest even at bit 16, what lies below it not cleared.
template <class DU, class VU>
HWY_INLINE VU NumberAtBit16(DU du, VU bits) {
  const auto odd = hn::TestBit(bits, hn::Set(du, 0x10000u));
  return hn::Add(bits, hn::IfThenElse(odd, hn::Set(du, 0x8000u), hn::Set(du, 0x7FFFu)));
}

// The same of a number or a NaN, which becomes quiet.
template <class DU, class VU>
HWY_INLINE VU RoundedAtBit16(DU du, VU bits) {
  const hn::RebindToFloat<DU> df;
  const VU quiet = hn::Or(bits, hn::Set(du, 0x400000u));
  return hn::IfThenElse(hn::RebindMask(du, hn::IsNaN(hn::BitCast(df, bits))), quiet, NumberAtBit16(du, bits));
}

template <class D, class VW>
HWY_INLINE hn::Vec<D> Widen(BF16, D d, VW words) {
  const hn::RebindToUnsigned<D> du;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, words)));
}

template <class D, class V>
HWY_INLINE hn::Vec<Words<D>> Narrow(BF16, D d, V v) {
  const hn::RebindToUnsigned<D> du;
  return LowWords(d, hn::ShiftRight<16>(RoundedAtBit16(du, hn::BitCast(du, v))));
}

#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
// Two vectors rounded at bit 16. One look at both is enough for NaN: their sum is one where either is. None is needed where each NaN is
// short: its lower half is 0, as in one that was bf16 or that arithmetic makes, and rounding adds too little to reach the upper one.
template <bool kShortNaNs, class D, class V, class VU>
HWY_INLINE void RoundBothAtBit16(D d, V a, V b, VU& rounded_a, VU& rounded_b) {
  const hn::RebindToUnsigned<D> du;
  rounded_a = NumberAtBit16(du, hn::BitCast(du, a));
  rounded_b = NumberAtBit16(du, hn::BitCast(du, b));
  if constexpr (kShortNaNs) return;
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::IsNaN(hn::Add(a, b))))) {
    rounded_a = RoundedAtBit16(du, hn::BitCast(du, a));
    rounded_b = RoundedAtBit16(du, hn::BitCast(du, b));
  }
}

// The words of the even and the odd elements of a run, rounded.
template <bool kShortNaNs, class D, class V>
HWY_INLINE hn::Vec<hn::Repartition<uint16_t, D>> RoundedWords(D d, V even, V odd) {
  const hn::Repartition<uint16_t, D> dw;
  hn::Vec<hn::RebindToUnsigned<D>> low, high;
  RoundBothAtBit16<kShortNaNs>(d, even, odd, low, high);
  return hn::OddEven(hn::BitCast(dw, high), hn::BitCast(dw, hn::ShiftRight<16>(low)));
}

// The words of neighbours, those of `upper` behind those of `lower`, rounded.
template <bool kShortNaNs, class D, class V>
HWY_INLINE hn::Vec<hn::Repartition<uint16_t, D>> RoundedNeighbours(D d, V lower, V upper) {
  const hn::Repartition<uint16_t, D> dw;
  hn::Vec<hn::RebindToUnsigned<D>> first, second;
  RoundBothAtBit16<kShortNaNs>(d, lower, upper, first, second);
  return hn::ConcatOdd(dw, hn::BitCast(dw, second), hn::BitCast(dw, first));
}
#endif

template <class D, class V>
HWY_INLINE V Round(BF16, D d, V v) {
  const hn::RebindToUnsigned<D> du;
  return hn::BitCast(d, hn::And(RoundedAtBit16(du, hn::BitCast(du, v)), hn::Set(du, 0xFFFF0000u)));
}

// ------------------------------ f16

#if NORMFOLD_F16_IN_HARDWARE

template <class D, class VW>
HWY_INLINE hn::Vec<D> Widen(F16, D d, VW words) {
  return hn::PromoteTo(d, hn::BitCast(hn::Rebind<hwy::float16_t, D>(), words));
}

template <class D, class V>
HWY_INLINE hn::Vec<Words<D>> Narrow(F16, D /*d*/, V v) {
  return hn::BitCast(Words<D>(), hn::DemoteTo(hn::Rebind<hwy::float16_t, D>(), v));
}

#else

// Moves exponent and fraction up; the exponent's bias grows by 112, and by 112 more for inf and NaN, which so get the
// exponent 255. A subnormal is its fraction as an integer times 2^-24: no subnormal float takes part, so that flushing
// them to zero does no harm.
template <class D, class VW>
HWY_INLINE hn::Vec<D> Widen(F16, D d, VW words) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, hn::PromoteTo(hn::RebindToUnsigned<D>(), words));
  const auto magnitude = hn::And(bits, hn::Set(di, 0x7FFF));
  const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(di, 0x8000)));
  const auto bias = hn::Set(di, 112 << 23);
  const auto normal = hn::Add(hn::ShiftLeft<13>(magnitude), bias);
  const auto special =
      hn::Or(hn::Add(normal, bias), hn::IfThenElseZero(hn::Gt(magnitude, hn::Set(di, 0x7C00)), hn::Set(di, 0x400000)));
  const auto subnormal = hn::BitCast(di, hn::Mul(hn::ConvertTo(d, magnitude), hn::Set(d, 0x1p-24f)));
  const auto finite = hn::IfThenElse(hn::Lt(magnitude, hn::Set(di, 0x0400)), subnormal, normal);
  return hn::BitCast(d, hn::Or(sign, hn::IfThenElse(hn::Gt(magnitude, hn::Set(di, 0x7BFF)), special, finite)));
}

// Normal: round to nearest even at bit 13, then lower the bias; from 65520 on the result would pass inf, hence Min.
// Subnormal: 0.5 has a unit of 2^-24, so that the addition itself rounds to the unit of f16's subnormals.
template <class D, class V>
HWY_INLINE hn::Vec<Words<D>> Narrow(F16, D d, V v) {
  const hn::RebindToSigned<D> di;
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(di, v);
  const auto magnitude = hn::And(bits, hn::Set(di, 0x7FFFFFFF));
  const auto sign = hn::BitCast(di, hn::ShiftRight<16>(hn::BitCast(du, hn::Xor(bits, magnitude))));
  const auto odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(di, 1));
  const auto rounded = hn::Add(magnitude, hn::Add(odd, hn::Set(di, 0xFFF - (112 << 23))));
  const auto normal = hn::Min(hn::ShiftRight<13>(rounded), hn::Set(di, 0x7C00));
  const auto half = hn::Set(d, 0.5f);
  const auto subnormal = hn::Sub(hn::BitCast(di, hn::Add(hn::BitCast(d, magnitude), half)), hn::BitCast(di, half));
  const auto number = hn::IfThenElse(hn::Lt(magnitude, hn::Set(di, 113 << 23)), subnormal, normal);
  const auto payload = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(di, 0x1FF));
  const auto nan = hn::Or(payload, hn::Set(di, 0x7E00));
  const auto result = IfNaN(du, hn::BitCast(du, magnitude), hn::BitCast(du, nan), hn::BitCast(du, number));
  return LowWords(d, hn::Or(result, hn::BitCast(du, sign)));
}

#endif  // NORMFOLD_F16_IN_HARDWARE

template <class D, class V>
HWY_INLINE V Round(F16, D d, V v) {
  return Widen(F16(), d, Narrow(F16(), d, v));
}

// ------------------------------ The first n lanes

// Masked memory is safe for lanes of this size. In a vector below 16 bytes AVX2's FirstN of Highway 1.0.3 may set mask
// bits of lanes that the tag does not have.
template <class D, size_t kLaneBytes = sizeof(hn::TFromD<D>)>
inline constexpr bool kMasksLanes = kLaneBytes >= NORMFOLD_MASKED_LANE_BYTES &&
                                    (HWY_HAVE_SCALABLE || hn::MaxLanes(D()) * kLaneBytes >= 16);

// Pairs of 16-bit lanes have the size that AVX2 masks; an odd last lane goes alone.
template <class D, size_t kLaneBytes = sizeof(hn::TFromD<D>)>
inline constexpr bool kMasksPairs = NORMFOLD_MASKED_LANE_BYTES == 4 && kLaneBytes == 2 &&
                                    hn::MaxLanes(D()) * kLaneBytes >= 16;

template <class D>
using Pairs = hn::Repartition<uint32_t, D>;

template <class D, typename T>
HWY_INLINE hn::Vec<D> LoadFirst(D d, const T* p, size_t n) {
  if constexpr (kMasksLanes<D>) {
    return hn::MaskedLoad(hn::FirstN(d, n), d, p);
  } else if constexpr (kMasksPairs<D>) {
    const Pairs<D> d32;
    const auto pairs = hn::MaskedLoad(hn::FirstN(d32, n / 2), d32, reinterpret_cast<const uint32_t*>(p));
    const auto is_last = hn::Eq(hn::Iota(d, T{0}), hn::Set(d, static_cast<T>(n - 1)));
    const auto last = hn::Set(d, n % 2 != 0 ? p[n - 1] : T{0});
    return hn::Or(hn::BitCast(d, pairs), hn::IfThenElseZero(is_last, last));
  } else {
    HWY_ALIGN T lanes[hn::MaxLanes(D())] = {};
    for (size_t i = 0; i < n; ++i) lanes[i] = p[i];
    return hn::Load(d, lanes);
  }
}

#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
// Lane i of v in lane i + count; the first `count` lanes are anything.
template <class D, class V>
HWY_INLINE V SlideUp(D d, V v, size_t count) {
  const hn::Repartition<int32_t, D> di;
  const auto rotated = [&](size_t by) HWY_ATTR {
    const auto from = hn::And(hn::Sub(hn::Iota(di, 0), hn::Set(di, static_cast<int32_t>(by))),
                              hn::Set(di, static_cast<int32_t>(hn::MaxLanes(di)) - 1));
    return hn::TableLookupLanes(hn::BitCast(di, v), hn::IndicesFromVec(di, from));
  };
  if constexpr (sizeof(hn::TFromD<D>) ==
                2) {  // an odd count: the upper half of the pair before, the lower half of this one
    const hn::RebindToUnsigned<decltype(di)> du;
    const auto even = rotated(count / 2);
    const auto odd =
        hn::Or(hn::ShiftLeft<16>(hn::BitCast(du, even)), hn::ShiftRight<16>(hn::BitCast(du, rotated(count / 2 + 1))));
    return hn::BitCast(d, count % 2 == 0 ? hn::BitCast(du, even) : odd);
  } else {
    return hn::BitCast(d, rotated(count * sizeof(hn::TFromD<D>) / 4));
  }
}

// Loads from p, which lies `before` lanes behind the beginning of a line, out of that line and the next one. Where masks are safe.
template <class D, typename T>
HWY_INLINE hn::Vec<D> LoadAcross(D d, const T* p, size_t before) {
  const size_t lanes = hn::MaxLanes(D());
  const auto next = hn::FirstN(d, before);
  const T* const line = p - before;
  return SlideUp(d, hn::Or(hn::MaskedLoad(hn::Not(next), d, line), hn::MaskedLoad(next, d, line + lanes)),
                 lanes - before);
}
#endif

template <class D, class V, typename T>
HWY_INLINE void StoreFirst(D d, V v, T* p, size_t n) {
  if constexpr (kMasksLanes<D>) {
    hn::BlendedStore(v, hn::FirstN(d, n), d, p);
  } else if constexpr (kMasksPairs<D>) {
    const Pairs<D> d32;
    hn::BlendedStore(hn::BitCast(d32, v), hn::FirstN(d32, n / 2), d32, reinterpret_cast<uint32_t*>(p));
    if (n % 2 != 0) p[n - 1] = hn::ExtractLane(v, n - 1);
  } else {
    HWY_ALIGN T lanes[hn::MaxLanes(D())];
    hn::Store(v, d, lanes);
    for (size_t i = 0; i < n; ++i) p[i] = lanes[i];
  }
}

// Highway streams whole 16 bytes even from a shorter x86 vector, which would write beyond it.
template <class D, class V, typename T>
HWY_INLINE void StreamWhole(D d, V v, T* p) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(D()) * sizeof(T) >= 16) {
    hn::Stream(v, d, p);
    return;
  }
#endif
  hn::StoreU(v, d, p);
}

}  // namespace detail

// One vector from memory of any alignment. d is a tag of S::Arithmetic lanes, in every function here.
template <class S, class D>
HWY_INLINE hn::Vec<D> Load(S s, D d, const typename S::Memory* p) {
  if constexpr (detail::kSameInMemory<S>) {
    (void)s;
    return hn::LoadU(d, p);
  } else {
    return detail::Widen(s, d, hn::LoadU(detail::Words<D>(), p));
  }
}

// The first n lanes, n <= Lanes(d), and zeros behind them. Touches no memory beyond p + n.
template <class S, class D>
HWY_INLINE hn::Vec<D> LoadPart(S s, D d, const typename S::Memory* p, size_t n) {
  if constexpr (detail::kSameInMemory<S>) {
    (void)s;
    return detail::LoadFirst(d, p, n);
  } else {
    return detail::Widen(s, d, detail::LoadFirst(detail::Words<D>(), p, n));
  }
}

// One vector to memory of any alignment, rounded to nearest even: a NaN stays one, overflow becomes infinite.
template <class S, class D, class V>
HWY_INLINE void Store(S s, D d, V v, typename S::Memory* p) {
  if constexpr (detail::kSameInMemory<S>) {
    (void)s;
    hn::StoreU(v, d, p);
  } else {
    hn::StoreU(detail::Narrow(s, d, v), detail::Words<D>(), p);
  }
}

// The first n lanes, n <= Lanes(d). Touches no memory beyond p + n.
template <class S, class D, class V>
HWY_INLINE void StorePart(S s, D d, V v, typename S::Memory* p, size_t n) {
  if constexpr (detail::kSameInMemory<S>) {
    (void)s;
    detail::StoreFirst(d, v, p, n);
  } else {
    detail::StoreFirst(detail::Words<D>(), detail::Narrow(s, d, v), p, n);
  }
}

// Store past the caches where the target can. p is aligned to Lanes(d) * sizeof(Memory). The caller ends a run of these
// with hwy::FlushStream() before another thread reads.
template <class S, class D, class V>
HWY_INLINE void Stream(S s, D d, V v, typename S::Memory* p) {
  if constexpr (detail::kSameInMemory<S>) {
    (void)s;
    detail::StreamWhole(d, v, p);
  } else {
    detail::StreamWhole(detail::Words<D>(), detail::Narrow(s, d, v), p);
  }
}

// What Load reads back after Store.
template <class S, class D, class V>
HWY_INLINE V Round(S s, D d, V v) {
  if constexpr (detail::kSameInMemory<S>) {
    (void)s, (void)d;
    return v;
  } else {
    return detail::Round(s, d, v);
  }
}

// One element, by the same conversions.
template <class S>
HWY_INLINE typename S::Arithmetic LoadOne(S s, const typename S::Memory* p) {
  const hn::CappedTag<typename S::Arithmetic, 1> d;
  return hn::GetLane(Load(s, d, p));
}

template <class S>
HWY_INLINE void StoreOne(S s, typename S::Arithmetic value, typename S::Memory* p) {
  const hn::CappedTag<typename S::Arithmetic, 1> d;
  Store(s, d, hn::Set(d, value), p);
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_RUNTIME_CONVERT_INL_H_
