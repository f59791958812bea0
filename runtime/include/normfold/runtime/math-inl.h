// exp, log, tanh, sigmoid and erf of vectors of float or double. Re-included per target.
// Every fused multiply-add is said, so that targets which have one give equal bits. To add a function, add its fit to
// tests/runtime/inl/coefficients.py, which prints the coefficients below, and its row to math_test.cpp.
//
// The largest error, in units in the last place, with fused multiply-add and without. For float over every value whose
// result is not trivial; for double over 4 million values a function:
//            float         double
//   exp      1.05  1.02    1.04  1.00
//   log      0.85  0.85    0.81  0.81
//   tanh     2.58  2.62    2.68  2.57
//   sigmoid  2.41  2.41    2.32  2.32
//   erf      1.22  1.51    1.18  1.44

#if defined(NORMFOLD_RUNTIME_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_RUNTIME_MATH_INL_H_
#undef NORMFOLD_RUNTIME_MATH_INL_H_
#else
#define NORMFOLD_RUNTIME_MATH_INL_H_
#endif

#include <stdint.h>

#include <limits>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

namespace detail {

// The numbers of a format that the functions share. kMagic + n, |n| < 2^22 or 2^51, rounds to an integer and holds n in
// its low bits. kLn2High times an exponent is exact.
template <typename T>
struct Format;

template <>
struct Format<float> {
  static constexpr int kFractionBits = 23;
  static constexpr int kBias = 127;
  static constexpr uint32_t kOne = 0x3F800000u;
  static constexpr uint32_t kSqrtHalf = 0x3F3504F3u;
  static constexpr float kMagic = 0x1.8p23f;
  static constexpr float kSmallestNormal = 0x1p-126f;
  static constexpr float kLn2High = 0x1.62E4p-1f;
  static constexpr float kLn2Low = 1.42860677e-6f;
  static constexpr float kLogTwoE = 1.44269504f;
  static constexpr float kExpIsZero = -104.0f;
  static constexpr float kExpIsInfinite = 89.0f;
  static constexpr float kTanhIsOne = 10.0f;
  static constexpr float kErfIsOne = 4.0f;
};

template <>
struct Format<double> {
  static constexpr int kFractionBits = 52;
  static constexpr int kBias = 1023;
  static constexpr uint64_t kOne = 0x3FF0000000000000u;
  static constexpr uint64_t kSqrtHalf = 0x3FE6A09E667F3BCDu;
  static constexpr double kMagic = 0x1.8p52;
  static constexpr double kSmallestNormal = 0x1p-1022;
  static constexpr double kLn2High = 0x1.62E42FEFA38p-1;
  static constexpr double kLn2Low = 5.4979230187083712e-14;
  static constexpr double kLogTwoE = 1.4426950408889634;
  static constexpr double kExpIsZero = -746.0;
  static constexpr double kExpIsInfinite = 710.0;
  static constexpr double kTanhIsOne = 20.0;
  static constexpr double kErfIsOne = 6.0;
};

template <class D>
using FormatOf = Format<hn::TFromD<D>>;

// first + x (second + x (...))
template <class D, class V, typename T>
HWY_INLINE V Polynomial(D d, V /*x*/, T last) {
  return hn::Set(d, last);
}
template <class D, class V, typename T, typename... Ts>
HWY_INLINE V Polynomial(D d, V x, T first, Ts... rest) {
  return hn::MulAdd(Polynomial(d, x, rest...), x, hn::Set(d, first));
}

// Min and Max differ between targets when x is a NaN; these return it.
template <class D, class V>
HWY_INLINE V AtMost(D d, V x, hn::TFromD<D> limit) {
  const V most = hn::Set(d, limit);
  return hn::IfThenElse(hn::Gt(x, most), most, x);
}
template <class D, class V>
HWY_INLINE V AtLeast(D d, V x, hn::TFromD<D> limit) {
  const V least = hn::Set(d, limit);
  return hn::IfThenElse(hn::Lt(x, least), least, x);
}

// 2^n from kMagic + n.
template <class D, class V>
HWY_INLINE V PowerOfTwo(D d, V magic_plus_n) {
  const hn::RebindToUnsigned<D> du;
  const auto exponent = hn::ShiftLeft<FormatOf<D>::kFractionBits>(hn::BitCast(du, magic_plus_n));
  return hn::BitCast(d, hn::Add(exponent, hn::Set(du, FormatOf<D>::kOne)));
}

// exp(x) = 2^n (1 + p) with |p| < 0.42: returns p and sets kMagic + n. x is bounded, or a NaN.
template <class D, class V>
HWY_INLINE V ReducedExp(D d, V x, V& magic_plus_n) {
  using F = FormatOf<D>;
  const V magic = hn::Set(d, F::kMagic);
  magic_plus_n = hn::MulAdd(x, hn::Set(d, F::kLogTwoE), magic);
  const V n = hn::Sub(magic_plus_n, magic);
  V r = hn::NegMulAdd(n, hn::Set(d, F::kLn2High), x);
  r = hn::NegMulAdd(n, hn::Set(d, F::kLn2Low), r);
  V q;
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    q = Polynomial(d, r, 5.0000001e-1f, 1.66665183e-1f, 4.16662024e-2f, 8.36895381e-3f, 1.39507016e-3f);
  } else {
    q = Polynomial(d, r, 5.0000000000000129e-1, 1.6666666666666699e-1, 4.1666666666514335e-2, 8.3333333333069584e-3,
                   1.3888888947329278e-3, 1.9841269917921348e-4, 2.4801489591723637e-5, 2.755721582217459e-6,
                   2.7631413578620807e-7, 2.5118011585499764e-8);
  }
  return hn::MulAdd(hn::Mul(r, r), q, r);
}

}  // namespace detail

// e^x; 0 and inf where it leaves the format, through the subnormals.
template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
  using F = detail::FormatOf<D>;
  x = detail::AtLeast(d, detail::AtMost(d, x, F::kExpIsInfinite), F::kExpIsZero);
  V magic_plus_n;
  const V p = detail::ReducedExp(d, x, magic_plus_n);
  // 2^n itself may be outside the format: two factors of about 2^(n/2).
  const V magic = hn::Set(d, F::kMagic);
  const V magic_plus_half = hn::MulAdd(hn::Sub(magic_plus_n, magic), hn::Set(d, 0.5), magic);
  const V magic_plus_rest = hn::Sub(magic_plus_n, hn::Sub(magic_plus_half, magic));
  const V mantissa = hn::Add(p, hn::Set(d, 1));
  const V scaled = hn::Mul(mantissa, detail::PowerOfTwo(d, magic_plus_half));
  return hn::Mul(scaled, detail::PowerOfTwo(d, magic_plus_rest));
}

// Natural logarithm. log(0) = -inf; NaN below 0.
template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  using T = hn::TFromD<D>;
  using F = detail::FormatOf<D>;
  const hn::RebindToUnsigned<D> du;
  const V one = hn::Set(d, 1);
  const auto is_subnormal = hn::Lt(x, hn::Set(d, F::kSmallestNormal));
  const V raise = hn::Set(d, static_cast<T>(uint64_t{2} << F::kFractionBits));
  const V normal = hn::IfThenElse(is_subnormal, hn::Mul(x, raise), x);
  const V raised = hn::IfThenElseZero(is_subnormal, hn::Set(d, F::kFractionBits + 1));

  // x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2).
  const auto bits = hn::Add(hn::BitCast(du, normal), hn::Set(du, F::kOne - F::kSqrtHalf));
  const auto fraction = hn::And(bits, hn::Set(du, (hn::TFromD<decltype(du)>{1} << F::kFractionBits) - 1));
  const V f = hn::Sub(hn::BitCast(d, hn::Add(fraction, hn::Set(du, F::kSqrtHalf))), one);
  const T two_to_fraction_bits = static_cast<T>(uint64_t{1} << F::kFractionBits);
  const auto biased = hn::Or(hn::ShiftRight<F::kFractionBits>(bits), hn::BitCast(du, hn::Set(d, two_to_fraction_bits)));
  const V k = hn::Sub(hn::Sub(hn::BitCast(d, biased), hn::Set(d, two_to_fraction_bits + F::kBias)), raised);

  // log(1 + f) = 2 s + s z q(z), s = f / (2 + f), z = s^2; and 2 s = f - f^2 / 2 + s f^2 / 2 keeps f's own bits.
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2)));
  const V z = hn::Mul(s, s);
  V q;
  if constexpr (sizeof(T) == 4) {
    q = detail::Polynomial(d, z, 6.66667767e-1f, 3.99774973e-1f, 2.98730346e-1f);
  } else {
    q = detail::Polynomial(d, z, 6.6666666666667348e-1, 3.9999999999411334e-1, 2.8571428743217707e-1,
                           2.2222198479991584e-1, 1.8183569555421133e-1, 1.5313907479997649e-1, 1.4797469342061067e-1);
  }
  const V half_square = hn::Mul(hn::Mul(f, f), hn::Set(d, 0.5));
  const V low = hn::MulAdd(k, hn::Set(d, F::kLn2Low), hn::Mul(s, hn::MulAdd(z, q, half_square)));
  V y = hn::MulAdd(k, hn::Set(d, F::kLn2High), hn::Sub(f, hn::Sub(half_square, low)));

  const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
  y = hn::IfThenElse(hn::Lt(x, infinity), y, x);
  y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, std::numeric_limits<T>::quiet_NaN()), y);
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(infinity), y);
}

// (e^2a - 1) / (e^2a + 1) with a = |x| and the difference formed without cancellation.
template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V a = detail::AtMost(d, hn::Abs(x), detail::FormatOf<D>::kTanhIsOne);
  V magic_plus_n;
  const V p = detail::ReducedExp(d, hn::Add(a, a), magic_plus_n);
  const V power = detail::PowerOfTwo(d, magic_plus_n);
  const V difference = hn::MulAdd(power, p, hn::Sub(power, hn::Set(d, 1)));
  return hn::CopySign(hn::Div(difference, hn::Add(difference, hn::Set(d, 2))), x);
}

// 1 / (1 + e^-x), by e^-|x| at both ends so that small results keep their digits.
template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1);
  const V e = HWY_NAMESPACE::Exp(d, hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

// Below 1 an odd polynomial, beyond 1 - exp(-Q(|x|)) where exp(-Q) is erfc.
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V one = hn::Set(d, 1);
  const V a = detail::AtMost(d, hn::Abs(x), detail::FormatOf<D>::kErfIsOne);
  const V z = hn::Mul(a, a);
  V inner;
  V log_erfc;
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    inner = detail::Polynomial(d, z, 1.28379166e-1f, -3.76126271e-1f, 1.12836002e-1f, -2.68544442e-2f, 5.18953459e-3f,
                              -8.0208343e-4f, 7.88909551e-5f);
    log_erfc = detail::Polynomial(d, a, 3.53717682e-4f, 1.12704004f, 6.38225679e-1f, 1.0303736e-1f, -2.18053106e-2f,
                                  2.93960436e-3f, -1.85573599e-4f);
  } else {
    inner = detail::Polynomial(d, z, 1.2837916709551257e-1, -3.7612638903183547e-1, 1.1283791670945252e-1,
                              -2.6866170643276073e-2, 5.2239776074225028e-3, -8.5483259896614156e-4,
                              1.2055295319730584e-4, -1.4924744653567651e-5, 1.6447517609499445e-6,
                              -1.6209175731923008e-7, 1.3722976770798816e-8, -7.8011918883419138e-10);
    log_erfc = detail::Polynomial(d, a, 5.1328579656591375e-7, 1.1283739912794626, 6.3664405704750723e-1,
                                  1.0270228438601402e-1, -1.8988031666027301e-2, -4.1355110598130812e-4,
                                  1.9189610690146927e-3, -7.7305578043802498e-4, 1.3656237055273519e-4,
                                  1.9519659087947286e-5, -2.2531599602456286e-5, 8.578380622501581e-6,
                                  -2.1147018812779497e-6, 3.6954722919866031e-7, -4.5930733221351172e-8,
                                  3.8897805298077682e-9, -2.0202085069086935e-10, 4.8647425047393465e-12);
  }
  V magic_plus_n;
  const V p = detail::ReducedExp(d, hn::Neg(log_erfc), magic_plus_n);
  const V power = detail::PowerOfTwo(d, magic_plus_n);
  const V outer = hn::Sub(one, hn::MulAdd(power, p, power));
  return hn::CopySign(hn::IfThenElse(hn::Lt(a, one), hn::MulAdd(a, inner, a), outer), x);
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_RUNTIME_MATH_INL_H_
