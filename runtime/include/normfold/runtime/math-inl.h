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

#include <hwy/highway.h>
#include <stdint.h>

#include <limits>

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
    q = Polynomial(d, r, 5.0000001e-1f, 1.66665183e-1f, 4.16662045e-2f, 8.36895426e-3f, 1.39505925e-3f);
  } else {
    q = Polynomial(d, r, 5.0000000000000129e-1, 1.6666666666666699e-1, 4.1666666666514311e-2, 8.333333333307047e-3,
                   1.3888888947334091e-3, 1.9841269917732328e-4, 2.4801489587795697e-5, 2.7557215984708821e-6,
                   2.7631414732679178e-7, 2.5117962480290915e-8);
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
    q = detail::Polynomial(d, z, 6.66667767e-1f, 3.99774977e-1f, 2.98730273e-1f);
  } else {
    q = detail::Polynomial(d, z, 6.6666666666667349e-1, 3.9999999999411245e-1, 2.8571428743237508e-1,
                           2.2222198478018428e-1, 1.8183569653443206e-1, 1.5313905105262989e-1, 1.4797491721410274e-1);
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
    inner = detail::Polynomial(d, z, 1.28379166e-1f, -3.76126271e-1f, 1.12836002e-1f, -2.68544446e-2f, 5.18953521e-3f,
                               -8.02083887e-4f, 7.88910813e-5f);
    log_erfc = detail::Polynomial(d, a, 3.53727096e-4f, 1.12703999f, 6.38225766e-1f, 1.03037274e-1f, -2.18052642e-2f,
                                  2.93959156e-3f, -1.85572185e-4f);
  } else {
    inner = detail::Polynomial(d, z, 1.2837916709551257e-1, -3.7612638903183547e-1, 1.1283791670945253e-1,
                               -2.6866170643276113e-2, 5.2239776074227219e-3, -8.5483259896677541e-4,
                               1.2055295319832885e-4, -1.492474465440222e-5, 1.6447517610366393e-6,
                               -1.6209175688503099e-7, 1.3722976426957653e-8, -7.8011910268583112e-10);
    log_erfc =
        detail::Polynomial(d, a, 5.132672937175138e-7, 1.1283739914625162, 6.3664405620884321e-1, 1.0270228674896681e-1,
                           -1.8988036251105141e-2, -4.1354460437710491e-4, 1.9189540934447328e-3,
                           -7.7304999699879711e-4, 1.3655861955052963e-4, 1.9521572894247183e-5, -2.2532367676798666e-5,
                           8.5786217019313929e-6, -2.1147603330991913e-6, 3.6955794684903275e-7, -4.5932168435420022e-8,
                           3.8899127993121486e-9, -2.0202834176524727e-10, 4.8649388321524331e-12);
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
