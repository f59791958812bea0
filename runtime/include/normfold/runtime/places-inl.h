// Where a loop body stands in its run: on a whole vector or on part of one (of a vector of 16 bit words on a half: halves-inl.h).
// `at(in)` reads, `at.Store(out, v)` writes. Re-included per target. Vector width, tails and stores live here.

#if defined(NORMFOLD_PLACES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_PLACES_INL_H_
#undef NORMFOLD_PLACES_INL_H_
#else
#define NORMFOLD_PLACES_INL_H_
#endif

#include <cstring>
#include <type_traits>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "normfold/runtime/cache.h"
#include "normfold/runtime/convert-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The arithmetic vectors for elements stored as S: float, or double for F64. Capped so that a vector is never longer
/// than the virtual lanes of a sweep.
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
/// A writable run of what arithmetic alone makes of what was broadcast, and of runs stored as S and as Reads. What a NaN looks like follows.
template <class S, class... Reads>
struct OutOf : Out<S> {};
/// A readable run that rows share: of statistics or parameters.
template <class S>
struct Shared : In<S> {};

/// A scale that is 1, and a run of them: nothing is read, and what is multiplied stays as it is.
struct One {};
struct Ones {};

/// Asks for the line at p, any address, into the second-level cache. The first one can wait for few lines at a time, which loads need
/// themselves, and is full after a few rows.
template <class T>
HWY_INLINE void Ask(const T* p) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
  __builtin_prefetch(p, 0, 2);
#else
  hwy::Prefetch(p);
#endif
}

/// How far ahead of itself, in bytes, a sweep asks for memory: so many of one tensor, or of all together that it reads. kNear: the sweep
/// of a kernel that only reads and writes.
constexpr size_t kAhead = size_t{1} << 13;
constexpr size_t kNear = size_t{1} << 10;
template <class S, size_t kTensors, size_t kBytes = kAhead>
constexpr size_t kElementsAhead = kBytes / kTensors / sizeof(typename S::Memory);

/// Whether a vector is a line, or more.
template <class D>
HWY_INLINE bool IsLine(D d) {
  return hn::Lanes(d) * sizeof(hn::TFromD<D>) >= 64;
}

/// Where a loop body stands: a whole vector at element i; a part of one; a whole one whose stores go past the cache.
template <class D>
struct Whole {
  static constexpr bool kPastCache = false;
  D d;
  size_t i;
  ptrdiff_t further = 0;  // than i: the element ahead of which it asks for memory
  template <class S>
  HWY_INLINE hn::Vec<D> operator()(In<S> in) const {
    return Load(S(), d, in.p + i);
  }
  HWY_INLINE One operator()(Ones) const { return {}; }
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const {
    HWY_NAMESPACE::Store(S(), d, v, out.p + i);
  }
  /// Sums of these elements, one each, of a run of sums.
  template <class T>
  HWY_INLINE hn::Vec<D> Sums(const T* sums) const {
    return hn::LoadU(d, sums + i);
  }
  template <class T>
  HWY_INLINE void KeepSums(T* sums, hn::Vec<D> v) const {
    hn::StoreU(v, d, sums + i);
  }
  /// How many of these lanes are among the first n elements from here.
  HWY_INLINE size_t Among(size_t n) const { return HWY_MIN(n, hn::Lanes(d)); }
  /// Asks for the line of this element of `in`, which a later loop will read. Any address is allowed.
  template <class S>
  HWY_INLINE void Prefetch(In<S> in) const {
    Ask(in.p + i);
  }
  /// The same for what a later loop will write, unless that goes past the cache.
  template <class S>
  HWY_INLINE void Prefetch(Out<S> out) const {
    Ask(out.p + i);
  }
  /// The same where a vector is a line, of which shorter ones would ask twice or more.
  template <class S>
  HWY_INLINE void PrefetchOnce(In<S> in) const {
    if (IsLine(d)) Ask(in.p + i);
  }
  /// The same for what the loop itself will read, all tensors at once.
  template <class... S>
  HWY_INLINE void PrefetchAhead(In<S>... in) const {
    (Ask(in.p + i + further + kElementsAhead<S, sizeof...(S)>), ...);
  }
  /// Stands in row number `row` of `rows` rows of n elements, one after the other, that are walked together: it asks for their memory in
  /// the order in which it lies.
  HWY_INLINE void SetRow(size_t row, size_t rows, size_t n) {
    further = static_cast<ptrdiff_t>(i * (rows - 1) + row * hn::Lanes(d)) - static_cast<ptrdiff_t>(row * n);
  }
};
template <class D>
struct Streamed : Whole<D> {
  static constexpr bool kPastCache = true;
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const {
    typename S::Memory* to = out.p + this->i;
    const size_t bytes = hn::Lanes(this->d) * sizeof(typename S::Memory);
    if (reinterpret_cast<uintptr_t>(to) % bytes == 0) Stream(S(), this->d, v, to);
    else HWY_NAMESPACE::Store(S(), this->d, v, to);
  }
  using Whole<D>::Prefetch;
  template <class S>
  HWY_INLINE void Prefetch(Out<S>) const {}
};
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
template <class Place>
constexpr bool kTwins = false;
#else
/// Whether a loop goes by two vectors: where one is less than a line.
template <class Place, class D = decltype(Place::d)>
constexpr bool kTwins = hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) < 64;

/// What the first of two vectors stores past the cache, until the second stores too: at most the tensors that a kernel may have.
template <class D>
struct TwinStores {
  static constexpr size_t kMost = 32;
  hn::Vec<D> first[kMost];
  size_t stored = 0, taken = 0;
};

/// One of two neighbouring vectors. Past the cache both are stored together: the pieces of a line go to memory one by one where stores
/// that miss the cache come between them, which takes twice the time of the whole kernel.
template <class Place, bool kSecond>
struct Twin : Place {
  using D = decltype(Place::d);
  TwinStores<D>* waiting;
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const {
    if constexpr (!Place::kPastCache) {
      Place::Store(out, v);
    } else if constexpr (kSecond) {
      Place before = *this;
      before.i -= hn::Lanes(this->d);
      before.Store(out, waiting->first[waiting->taken++]);
      Place::Store(out, v);
    } else {
      waiting->first[waiting->stored++] = v;
    }
  }
};

/// Calls f for the vector at `place` and for the next one. What the second reads lies where the first stores nothing.
template <class Place, class F>
HWY_INLINE void BothTwins(Place place, const F& f) {
  TwinStores<decltype(Place::d)> waiting;
  f(Twin<Place, false>{place, &waiting});
  place.i += hn::Lanes(place.d);
  f(Twin<Place, true>{place, &waiting});
}
#endif

/// Calls f(at) for the vectors from `place` on that end within n elements; where the rest begins.
template <class Place, class F>
HWY_INLINE size_t ForWhole(Place place, size_t n, const F& f) {
  const size_t lanes = hn::Lanes(place.d);
  if constexpr (kTwins<Place>) {
    for (; place.i + 2 * lanes <= n; place.i += 2 * lanes) BothTwins(place, f);
  }
  for (; place.i + lanes <= n; place.i += lanes) f(place);
  return place.i;
}

/// Whether what rows of S share can be loaded line by line.
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
template <class S, class D>
constexpr bool kShifts = false;
#else
template <class S, class D>
constexpr bool kShifts = detail::kMasksLanes<D> ? detail::kSameInMemory<S> : false;
#endif

/// A whole vector, a line of what is stored, of a row that does not begin with a line. Runs that rows share do, and are shifted: a load that
/// meets two lines waits for stores that wait for memory.
template <class D>
struct Shifted : Streamed<D> {
  size_t first;  // the element with which a line begins
  using Streamed<D>::operator();
  template <class S>
  HWY_INLINE hn::Vec<D> operator()(Shared<S> in) const {
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
    if constexpr (kShifts<S, D>) {
      const size_t before = (reinterpret_cast<uintptr_t>(in.p) / sizeof(*in.p) + first) % hn::MaxLanes(D());
      return detail::LoadAcross(this->d, in.p + this->i, before);
    }
#endif
    return Streamed<D>::operator()(In<S>(in));
  }
};
template <class D>
struct Part {
  D d;
  size_t i;
  size_t n;
  template <class S>
  HWY_INLINE hn::Vec<D> operator()(In<S> in) const {
    return LoadPart(S(), d, in.p + i, n);
  }
  HWY_INLINE One operator()(Ones) const { return {}; }
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const {
    StorePart(S(), d, v, out.p + i, n);
  }
  template <class T>
  HWY_INLINE hn::Vec<D> Sums(const T* sums) const {
    return detail::LoadFirst(d, sums + i, n);
  }
  template <class T>
  HWY_INLINE void KeepSums(T* sums, hn::Vec<D> v) const {
    detail::StoreFirst(d, v, sums + i, n);
  }
  HWY_INLINE size_t Among(size_t some) const { return HWY_MIN(some, n); }
  template <class Run>
  HWY_INLINE void Prefetch(Run) const {}
  template <class S>
  HWY_INLINE void PrefetchOnce(In<S>) const {}
  template <class... S>
  HWY_INLINE void PrefetchAhead(In<S>...) const {}
  HWY_INLINE void SetRow(size_t, size_t, size_t) {}
};

/// The vector of memory in which one run ends and the next begins, while a task writes runs that go past the cache: it waits in a register
/// for the rest of it, of up to kMost tensors, and goes past the cache as a whole too. What has no neighbour is copied in the end.
class Edges {
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
  using Bytes = hn::CappedTag<uint8_t, 64>;
  static constexpr size_t kMost = 2;
  struct Line {
    unsigned char* at;  // where it begins in memory, or null
    size_t begin, end;  // what of it is here, in bytes
    hn::Vec<Bytes> bytes;
    HWY_INLINE void Write() const {
      if (at == nullptr) return;
      HWY_ALIGN_MAX unsigned char copy[hn::MaxLanes(Bytes())];
      hn::Store(bytes, Bytes(), copy);
      std::memcpy(at + begin, copy + begin, end - begin);
    }
  };
  Line lines_[kMost];
#endif
  size_t next_ = 0;

 public:
  HWY_INLINE Edges() {
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
    for (Line& line : lines_) line.at = nullptr;
#endif
  }
  Edges(const Edges&) = delete;
  Edges& operator=(const Edges&) = delete;
  HWY_INLINE ~Edges() {
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
    for (Line& line : lines_) line.Write();
#endif
  }
  /// The next of the outputs is the first one again.
  HWY_INLINE void Restart() { next_ = 0; }

  /// Stores the first n lanes, not all, of the next output to p.
  template <class S, class D>
  HWY_INLINE void Store(D d, hn::Vec<D> v, typename S::Memory* p, size_t n) {
    using T = typename S::Memory;
#if !(HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR)
    if constexpr (sizeof(T) == sizeof(hn::TFromD<D>)) {
      const size_t lanes = hn::MaxLanes(D()), before = reinterpret_cast<uintptr_t>(p) % (lanes * sizeof(T)) / sizeof(T);
      if (HWY_LIKELY(before + n <= lanes && next_ < kMost)) {
        Line& line = lines_[next_++];
        unsigned char* const at = reinterpret_cast<unsigned char*>(p - before);
        if (before != 0) v = detail::SlideUp(d, v, before);
        if (line.at == at && line.end == before * sizeof(T)) {
          v = hn::IfThenElse(hn::FirstN(d, before), hn::BitCast(d, line.bytes), v);
        } else {
          line.Write();
          line.at = at;
          line.begin = before * sizeof(T);
        }
        line.end = (before + n) * sizeof(T);
        line.bytes = hn::BitCast(Bytes(), v);
        if (line.begin == 0 && before + n == lanes) {
          Stream(S(), d, v, p - before);
          line.at = nullptr;
        }
        return;
      }
    }
#endif
    HWY_ALIGN_MAX T whole[hn::MaxLanes(D())];
    HWY_NAMESPACE::Store(S(), d, v, whole);
    std::memcpy(p, whole, n * sizeof(T));
  }
};

/// A part at either end of a run that goes past the cache otherwise: it ends where an aligned vector does, or begins there.
template <class D>
struct Edge : Part<D> {
  Edges* edges;
  template <class S>
  HWY_INLINE void Store(Out<S> out, hn::Vec<D> v) const {
    edges->Store<S>(this->d, v, out.p + this->i, this->n);
  }
  using Part<D>::Prefetch;
  /// Its line will be read, and others that go past the cache wait for it.
  template <class S>
  HWY_INLINE void Prefetch(Out<S> out) const {
    Ask(out.p + this->i);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_PLACES_INL_H_
