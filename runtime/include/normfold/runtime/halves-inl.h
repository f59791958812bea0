// Where a loop body stands on a vector of 16 bit words: on its even or odd elements, or on its lower or upper ones. Re-included per target.

#if defined(NORMFOLD_HALVES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_HALVES_INL_H_
#undef NORMFOLD_HALVES_INL_H_
#else
#define NORMFOLD_HALVES_INL_H_
#endif

#include <type_traits>

#include "hwy/highway.h"
#include "normfold/runtime/convert-inl.h"
#include "normfold/runtime/places-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Whether runs of S are walked in halves: a bf16 number is the upper half of a float, so that of the 32 bit words of a run
/// the odd elements are a mask away from floats and the even ones a shift. A vector of words is read, rounded and stored
/// as a whole; widening and narrowing it element by element costs as much as a norm.
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
template <class S, class D>
constexpr bool kSplits = false;
#else
template <class S, class D>
constexpr bool kSplits = std::is_same_v<S, BF16>&& hn::MaxLanes(D()) >= 2;
#endif

/// 16 bits as they lie in memory, and the vector that holds as many bytes of them as D holds.
struct Word {
  using Memory = uint16_t;
  using Arithmetic = uint16_t;
};
template <class D>
using WordsOf = hn::Repartition<uint16_t, D>;

#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
/// What the first half of the words stored, until the second stores too: at most the tensors that a kernel may have.
template <class D>
struct Waiting {
  static constexpr size_t kMost = 32;
  hn::Vec<D> first[kMost];
  size_t stored = 0, taken = 0;
};

/// The even or the odd elements of the words at which `words` (a Whole, Streamed or Part) stands.
template <class D, bool kOdd, class Words>
struct Half {
  using DU = hn::RebindToUnsigned<D>;
  using V = hn::Vec<D>;
  D d;
  Words words;
  size_t i;
  Waiting<D>* waiting;

  HWY_INLINE V operator()(In<BF16> in) const {
    const DU du;
    const auto pairs = hn::BitCast(du, words(In<Word>{in.p}));
    return hn::BitCast(d, kOdd ? hn::And(pairs, hn::Set(du, 0xFFFF0000u)) : hn::ShiftLeft<16>(pairs));
  }
  HWY_INLINE V operator()(In<F32> in) const {
    const size_t lanes = hn::Lanes(d), some = words.Among(2 * lanes);
    const V low = Some(in + i, HWY_MIN(some, lanes));
    const V high = Some(in + i + lanes, some - HWY_MIN(some, lanes));
    return kOdd ? hn::ConcatOdd(d, high, low) : hn::ConcatEven(d, high, low);
  }
  HWY_INLINE One operator()(Ones) const { return {}; }
  HWY_INLINE void Store(Out<BF16> out, V v) const { StoreWords<false>(out, v); }
  template <class... Reads>
  HWY_INLINE void Store(OutOf<BF16, Reads...> out, V v) const {
    StoreWords<(std::is_same_v<Reads, BF16> && ...)>(out, v);
  }
  HWY_INLINE void Store(Out<F32> out, V v) const {
    if constexpr (kOdd) {
      HWY_ALIGN_MAX float both[2 * hn::MaxLanes(D())];
      hn::StoreInterleaved2(waiting->first[waiting->taken++], v, d, both);
      const size_t lanes = hn::Lanes(d), some = words.Among(2 * lanes);
      StorePart(F32(), d, hn::Load(d, both), out.p + i, HWY_MIN(some, lanes));
      if (some > lanes) StorePart(F32(), d, hn::Load(d, both + lanes), out.p + i + lanes, some - lanes);
    } else {
      waiting->first[waiting->stored++] = v;
    }
  }
  /// Those of the even elements lie before those of the odd ones.
  HWY_INLINE V Sums(const float* sums) const {
    return IsWhole() ? hn::LoadU(d, sums + Begin()) : LoadPart(F32(), d, sums + Begin(), Mine());
  }
  HWY_INLINE void KeepSums(float* sums, V v) const {
    if (IsWhole()) hn::StoreU(v, d, sums + Begin());
    else StorePart(F32(), d, v, sums + Begin(), Mine());
  }
  HWY_INLINE size_t Among(size_t n) const { return (words.Among(n) + (kOdd ? 0 : 1)) / 2; }
  template <class Run>
  HWY_INLINE void Prefetch(Run run) const {
    if constexpr (!kOdd) words.Prefetch(run);
  }
  template <class S>
  HWY_INLINE void PrefetchOnce(In<S> in) const {
    if constexpr (!kOdd) words.PrefetchOnce(in);
  }
  template <class... S>
  HWY_INLINE void PrefetchAhead(In<S>... in) const {
    if constexpr (!kOdd) words.PrefetchAhead(in...);
  }
  HWY_INLINE void SetRow(size_t row, size_t rows, size_t n) { words.SetRow(row, rows, n); }

 private:
  template <bool kShortNaNs>
  HWY_INLINE void StoreWords(Out<BF16> out, V v) const {
    if constexpr (kOdd)
      words.Store(Out<Word>{out.p}, detail::RoundedWords<kShortNaNs>(d, waiting->first[waiting->taken++], v));
    else waiting->first[waiting->stored++] = v;
  }
  // These elements: how many of a vector of words, and where their sums begin.
  HWY_INLINE size_t Mine() const { return Among(2 * hn::Lanes(d)); }
  HWY_INLINE bool IsWhole() const { return words.Among(2 * hn::Lanes(d)) == 2 * hn::Lanes(d); }
  HWY_INLINE size_t Begin() const { return i + (kOdd ? (words.Among(2 * hn::Lanes(d)) + 1) / 2 : 0); }
  HWY_INLINE V Some(In<F32> in, size_t n) const {
    return n == hn::Lanes(d) ? hn::LoadU(d, in.p) : n == 0 ? hn::Zero(d) : LoadPart(F32(), d, in.p, n);
  }
};

/// The lower or the upper half of the elements at which `words` stands: neighbours, as the floats lie that are read beside them.
template <class D, bool kUpper, class Words>
struct Side {
  using V = hn::Vec<D>;
  D d;
  Words words;
  size_t i;
  Waiting<D>* waiting;

  template <class S>
  HWY_INLINE V operator()(In<S> in) const {
    const size_t mine = Mine();
    return mine == hn::Lanes(d) ? Load(S(), d, in.p + i) : mine == 0 ? hn::Zero(d) : LoadPart(S(), d, in.p + i, mine);
  }
  HWY_INLINE One operator()(Ones) const { return {}; }
  HWY_INLINE void Store(Out<BF16> out, V v) const { StoreWords<false>(out, v); }
  template <class... Reads>
  HWY_INLINE void Store(OutOf<BF16, Reads...> out, V v) const {
    StoreWords<(std::is_same_v<Reads, BF16> && ...)>(out, v);
  }
  HWY_INLINE void Store(Out<F32> out, V v) const {
    const size_t mine = Mine();
    if (mine == hn::Lanes(d)) hn::StoreU(v, d, out.p + i);
    else if (mine != 0) StorePart(F32(), d, v, out.p + i, mine);
  }
  HWY_INLINE V Sums(const float* sums) const { return (*this)(In<F32>{sums}); }
  HWY_INLINE void KeepSums(float* sums, V v) const { Store(Out<F32>{sums}, v); }
  HWY_INLINE size_t Among(size_t n) const { return HWY_MIN(n, Mine()); }
  template <class Run>
  HWY_INLINE void Prefetch(Run run) const {
    if constexpr (!kUpper) words.Prefetch(run);
  }
  template <class S>
  HWY_INLINE void PrefetchOnce(In<S> in) const {
    if constexpr (!kUpper) words.PrefetchOnce(in);
  }
  template <class... S>
  HWY_INLINE void PrefetchAhead(In<S>... in) const {
    if constexpr (!kUpper) words.PrefetchAhead(in...);
  }
  HWY_INLINE void SetRow(size_t row, size_t rows, size_t n) { words.SetRow(row, rows, n); }

 private:
  template <bool kShortNaNs>
  HWY_INLINE void StoreWords(Out<BF16> out, V v) const {
    if constexpr (kUpper)
      words.Store(Out<Word>{out.p}, detail::RoundedNeighbours<kShortNaNs>(d, waiting->first[waiting->taken++], v));
    else waiting->first[waiting->stored++] = v;
  }
  HWY_INLINE size_t Mine() const {
    const size_t lanes = hn::Lanes(d), all = words.Among(2 * lanes), lower = HWY_MIN(all, lanes);
    return kUpper ? all - lower : lower;
  }
};

/// Calls f for the even and then for the odd elements of `words`. All is read before anything is stored.
template <class D, class Words, class F>
HWY_INLINE void BothHalves(D d, const Words& words, const F& f) {
  Waiting<D> waiting;
  f(Half<D, false, Words>{d, words, words.i, &waiting});
  f(Half<D, true, Words>{d, words, words.i, &waiting});
}
/// Calls f for the lower and then for the upper half of `words`. What a half stores lies where no other half reads.
template <class D, class Words, class F>
HWY_INLINE void BothSides(D d, const Words& words, const F& f) {
  Waiting<D> waiting;
  f(Side<D, false, Words>{d, words, words.i, &waiting});
  f(Side<D, true, Words>{d, words, words.i + hn::Lanes(d), &waiting});
}
#endif  // vectors as members

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_HALVES_INL_H_
