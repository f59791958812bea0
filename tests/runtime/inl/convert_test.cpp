// Conversions on every target: all 16-bit patterns, rounding to nearest even, and no access beyond the first n lanes.
// A storage type is added in WidenAll, NarrowAll, RoundAgrees, PartsAgree and, by its numbers, as a format.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "convert_test.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>
#include <normfold/runtime/convert-inl.h>

#include "guarded.hpp"

#ifndef NORMFOLD_CONVERT_TEST_ONCE
#define NORMFOLD_CONVERT_TEST_ONCE
#include <cstring>

namespace normfold::inl_test {

enum class type { f32, f64, bf16, f16 };
enum class way { store, store_part, stream, store_one };

}  // namespace normfold::inl_test
#endif

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {

// n is a multiple of 64, more than any vector has lanes but SVE's and RVV's longest.
template <class S, class D>
void Widen(S s, D d, const typename S::Memory* in, float* out, size_t n) {
  for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(Load(s, d, in + i), d, out + i);
}

template <class S, class D>
void Narrow(S s, D d, const float* in, uint16_t* out, size_t n, inl_test::way how) {
  const size_t lanes = hn::Lanes(d);
  for (size_t i = 0; i < n; i += lanes) {
    const auto v = hn::LoadU(d, in + i);
    if (how == inl_test::way::store) Store(s, d, v, out + i);
    if (how == inl_test::way::stream) Stream(s, d, v, out + i);
    if (how == inl_test::way::store_part) StorePart(s, d, v, out + i, lanes);
    for (size_t k = 0; k < lanes && how == inl_test::way::store_one; ++k) StoreOne(s, in[i + k], out + i + k);
  }
}

template <class S, class D>
bool RoundIsStoreThenLoad(S s, D d, const float* in, size_t n) {
  HWY_ALIGN float direct[hn::MaxLanes(D())];
  HWY_ALIGN float through[hn::MaxLanes(D())];
  typename S::Memory memory[hn::MaxLanes(D())];
  bool same = true;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, in + i);
    hn::Store(Round(s, d, v), d, direct);
    Store(s, d, v, memory);
    hn::Store(Load(s, d, memory), d, through);
    same = same && std::memcmp(direct, through, sizeof(float) * hn::Lanes(d)) == 0;
  }
  return same;
}

// A part at either end of a page whose neighbours fault. Beyond the page end lies nothing that may be read or written;
// inside, the element beside the part must keep its value.
template <class S, class D>
bool PartsKeepToTheirMemory(S s, D d) {
  using M = typename S::Memory;
  using A = typename S::Arithmetic;
  const inl_test::guarded_pages page;
  HWY_ALIGN A lanes[hn::MaxLanes(D())];
  bool right = true;
  for (size_t n = 0; n <= hn::Lanes(d); ++n) {
    for (const bool at_end : {false, true}) {
      M* const part = at_end ? page.end<M>() - n : page.begin<M>();
      M* const beside = at_end ? part - 1 : part + n;
      for (size_t i = 0; i < n; ++i) StoreOne(s, static_cast<A>(i + 1), part + i);
      StoreOne(s, A{99}, beside);
      hn::Store(LoadPart(s, d, part, n), d, lanes);
      for (size_t i = 0; i < hn::Lanes(d); ++i) right = right && lanes[i] == (i < n ? static_cast<A>(i + 1) : A{0});
      StorePart(s, d, hn::Iota(d, A{7}), part, n);
      for (size_t i = 0; i < n; ++i) right = right && LoadOne(s, part + i) == static_cast<A>(i + 7);
      right = right && LoadOne(s, beside) == A{99};
    }
  }
  // Whole vectors, streamed ones too, write their own bytes only.
  M* const last = page.end<M>() - hn::Lanes(d);
  StoreOne(s, A{99}, last - 1);
  Stream(s, d, hn::Iota(d, A{3}), last);
  hn::Store(Load(s, d, last), d, lanes);
  for (size_t i = 0; i < hn::Lanes(d); ++i) right = right && lanes[i] == static_cast<A>(i + 3);
  return right && LoadOne(s, last - 1) == A{99};
}

template <class S>
bool PartsOfEveryWidth(S s) {
  using A = typename S::Arithmetic;
  return PartsKeepToTheirMemory(s, hn::ScalableTag<A>()) && PartsKeepToTheirMemory(s, hn::CappedTag<A, 1>()) &&
         PartsKeepToTheirMemory(s, hn::CappedTag<A, 2>()) && PartsKeepToTheirMemory(s, hn::CappedTag<A, 4>()) &&
         PartsKeepToTheirMemory(s, hn::CappedTag<A, 8>());
}

void WidenAll(inl_test::type type, const uint16_t* in, float* out, size_t n) {
  const hn::ScalableTag<float> d;
  if (type == inl_test::type::bf16) Widen(BF16(), d, in, out, n);
  if (type == inl_test::type::f16) Widen(F16(), d, in, out, n);
}

void NarrowAll(inl_test::type type, const float* in, uint16_t* out, size_t n, inl_test::way how) {
  const hn::ScalableTag<float> d;
  if (type == inl_test::type::bf16) Narrow(BF16(), d, in, out, n, how);
  if (type == inl_test::type::f16) Narrow(F16(), d, in, out, n, how);
}

bool RoundAgrees(inl_test::type type, const float* in, size_t n) {
  const hn::ScalableTag<float> d;
  return type == inl_test::type::bf16 ? RoundIsStoreThenLoad(BF16(), d, in, n) : RoundIsStoreThenLoad(F16(), d, in, n);
}

bool PartsAgree(inl_test::type type) {
  switch (type) {
    case inl_test::type::f32: return PartsOfEveryWidth(F32());
    case inl_test::type::f64: return PartsOfEveryWidth(F64());
    case inl_test::type::bf16: return PartsOfEveryWidth(BF16());
    case inl_test::type::f16: return PartsOfEveryWidth(F16());
  }
  return false;
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "targets.hpp"

namespace normfold {

HWY_EXPORT(WidenAll);
HWY_EXPORT(NarrowAll);
HWY_EXPORT(RoundAgrees);
HWY_EXPORT(PartsAgree);

namespace inl_test {

// A 16-bit format by its numbers, and its conversions by arithmetic instead of by bits.
struct format {
  int fraction_bits;
  int smallest_exponent;  // of a normal number
  uint16_t infinity;

  bool is_nan(uint16_t word) const { return (word & 0x7FFF) > infinity; }
  uint16_t quiet() const { return static_cast<uint16_t>(1 << (fraction_bits - 1)); }

  float value(uint16_t word) const {
    const int magnitude = word & 0x7FFF;
    const int exponent = magnitude >> fraction_bits;
    const int fraction = magnitude & ((1 << fraction_bits) - 1);
    const float sign = (word & 0x8000) != 0 ? -1.0f : 1.0f;
    if (is_nan(word)) return NAN;
    if (magnitude == infinity) return sign * INFINITY;
    const int whole = exponent == 0 ? fraction : fraction + (1 << fraction_bits);
    const int unit = std::max(exponent, 1) - 1 + smallest_exponent - fraction_bits;
    return sign * std::ldexp(static_cast<float>(whole), unit);
  }

  // Nearest even, by counting units in double.
  uint16_t nearest(float x) const {
    const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
    const double magnitude = std::fabs(static_cast<double>(x));
    if (std::isinf(x)) return sign | infinity;
    int exponent = magnitude == 0 ? smallest_exponent : std::max(std::ilogb(magnitude), smallest_exponent);
    // A unit more than fits carries into the exponent by itself, up to infinity.
    const double units = std::nearbyint(std::ldexp(magnitude, fraction_bits - exponent));
    const double word = std::ldexp(exponent - smallest_exponent, fraction_bits) + units;
    return sign | static_cast<uint16_t>(std::fmin(word, infinity));
  }
};

const format bf16{7, -126, 0x7F80};
const format f16{10, -14, 0x7C00};

const format& numbers_of(type t) { return t == type::bf16 ? bf16 : f16; }

std::vector<uint16_t> all_words() {
  std::vector<uint16_t> words(65536);
  for (size_t i = 0; i < words.size(); ++i) words[i] = static_cast<uint16_t>(i);
  return words;
}

// Every number of the format, the ties between neighbours, one float unit beside each, and floats of random bits.
std::vector<float> hard_floats(const format& f) {
  std::vector<float> floats;
  for (const uint16_t word : all_words()) {
    if ((word & 0x7FFF) > f.infinity) continue;
    const float here = f.value(word);
    const float beyond = f.value(static_cast<uint16_t>(word + 1));
    const float tie = std::isfinite(beyond) ? here + (beyond - here) / 2 : here;
    for (const float x : {here, tie}) {
      floats.push_back(x);
      floats.push_back(std::nextafter(x, 0.0f));
      floats.push_back(std::nextafter(x, std::copysign(INFINITY, x)));
    }
  }
  // The first number that rounds to infinity.
  const float overflows = std::ldexp(2.0f - std::ldexp(1.0f, -f.fraction_bits - 1), f.infinity == 0x7C00 ? 15 : 127);
  for (const float x : {overflows, std::nextafter(overflows, 0.0f), -overflows}) floats.push_back(x);
  std::mt19937 random(1);
  for (int i = 0; i < 1 << 19; ++i) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isnan(x)) floats.push_back(x);
  }
  while (floats.size() % 64 != 0) floats.push_back(0.0f);
  return floats;
}

TEST_CASE("a 16-bit word loads as its value and stores as itself") {
  const std::vector<uint16_t> words = all_words();
  for (const type t : {type::bf16, type::f16}) {
    CAPTURE(static_cast<int>(t));
    const format& f = numbers_of(t);
    on_every_target([&] {
      std::vector<float> loaded(words.size());
      std::vector<uint16_t> stored(words.size());
      HWY_DYNAMIC_DISPATCH(WidenAll)(t, words.data(), loaded.data(), words.size());
      HWY_DYNAMIC_DISPATCH(NarrowAll)(t, loaded.data(), stored.data(), words.size(), way::store);
      size_t wrong_values = 0;
      size_t wrong_words = 0;
      for (const uint16_t word : words) {
        const float expected = f.value(word);
        const bool nan = f.is_nan(word);
        const bool same_bits = std::bit_cast<uint32_t>(loaded[word]) == std::bit_cast<uint32_t>(expected);
        wrong_values += nan ? !std::isnan(loaded[word]) : !same_bits;
        wrong_words += stored[word] != (nan ? (word | f.quiet()) : word);
      }
      CHECK(wrong_values == 0);
      CHECK(wrong_words == 0);
    });
  }
}

TEST_CASE("a store rounds to nearest even and Round is what it stored") {
  for (const type t : {type::bf16, type::f16}) {
    CAPTURE(static_cast<int>(t));
    const format& f = numbers_of(t);
    const std::vector<float> floats = hard_floats(f);
    std::vector<uint16_t> expected;
    for (const float x : floats) expected.push_back(f.nearest(x));
    hwy::AlignedFreeUniquePtr<uint16_t[]> stored = hwy::AllocateAligned<uint16_t>(floats.size());
    on_every_target([&] {
      for (const way how : {way::store, way::store_part, way::stream, way::store_one}) {
        CAPTURE(static_cast<int>(how));
        std::fill_n(stored.get(), floats.size(), uint16_t{0xABCD});
        HWY_DYNAMIC_DISPATCH(NarrowAll)(t, floats.data(), stored.get(), floats.size(), how);
        size_t wrong = 0;
        for (size_t i = 0; i < floats.size(); ++i) wrong += stored[i] != expected[i];
        CHECK(wrong == 0);
      }
      CHECK(HWY_DYNAMIC_DISPATCH(RoundAgrees)(t, floats.data(), floats.size()));
    });
  }
}

TEST_CASE("a NaN of any payload stays a NaN") {
  std::vector<float> nans;
  for (uint32_t payload = 1; payload < 0x800000; payload += 8191) {
    for (const uint32_t sign : {0u, 0x80000000u}) nans.push_back(std::bit_cast<float>(sign | 0x7F800000u | payload));
  }
  nans.push_back(std::bit_cast<float>(0x7F800001u));
  nans.push_back(std::bit_cast<float>(0x7FFFFFFFu));
  nans.push_back(std::bit_cast<float>(0xFFFFFFFFu));
  while (nans.size() % 64 != 0) nans.push_back(NAN);
  for (const type t : {type::bf16, type::f16}) {
    const format& f = numbers_of(t);
    on_every_target([&] {
      std::vector<uint16_t> stored(nans.size());
      HWY_DYNAMIC_DISPATCH(NarrowAll)(t, nans.data(), stored.data(), nans.size(), way::store);
      size_t wrong = 0;
      for (const uint16_t word : stored) wrong += !f.is_nan(word) || (word & f.quiet()) == 0;
      CHECK(wrong == 0);
      CHECK(HWY_DYNAMIC_DISPATCH(RoundAgrees)(t, nans.data(), nans.size()));
    });
  }
}

TEST_CASE("a part of a vector touches its own memory only") {
  for (const type t : {type::f32, type::f64, type::bf16, type::f16}) {
    CAPTURE(static_cast<int>(t));
    on_every_target([&] { CHECK(HWY_DYNAMIC_DISPATCH(PartsAgree)(t)); });
  }
}

}  // namespace inl_test
}  // namespace normfold

#endif  // HWY_ONCE
