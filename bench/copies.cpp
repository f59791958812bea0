// The limit: copies with the same tensors, bytes and threads as a layer. A strategy is a line of copy_contenders().
#define HWY_COMPILE_ONLY_STATIC  // the compiler's own target, here -march=native
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "contender.hpp"

namespace bench {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using bytes = hn::ScalableTag<std::uint8_t>;

constexpr std::size_t line = 64;
constexpr std::size_t page = 4096;

struct strategy {
  std::size_t streams;  ///< neighbouring blocks that are copied side by side
  std::size_t block;    ///< bytes of each
  std::size_t ahead;    ///< bytes between a load and the prefetch to L1; 0 for none
  bool past_cache;      ///< streaming stores
};

constexpr strategy four_pages{4, page, 1024, true};
constexpr strategy two_pages{2, page, 1024, true};
constexpr strategy far_ahead{1, 4 * page, 8192, true};
constexpr strategy in_cache{1, page, 0, false};

template <std::size_t inputs, std::size_t outputs>
struct streams_of {
  std::array<const std::uint8_t*, inputs> in;
  std::array<std::uint8_t*, outputs> out;
};

template <bool past_cache, typename V>
void store(V value, std::uint8_t* to) {
  if constexpr (past_cache) {
    hn::Stream(value, bytes(), to);
  } else {
    hn::Store(value, bytes(), to);
  }
}

// One cache line: output k is input k, or all of the inputs together where there is one output.
template <bool past_cache, std::size_t inputs, std::size_t outputs>
void copy_line(const streams_of<inputs, outputs>& s, std::size_t at) {
  for (std::size_t lane = at; lane < at + line; lane += hn::Lanes(bytes())) {
    auto value = hn::Load(bytes(), s.in[0] + lane);
    if constexpr (outputs == inputs) {
      store<past_cache>(value, s.out[0] + lane);
      for (std::size_t k = 1; k < outputs; ++k) {
        store<past_cache>(hn::Load(bytes(), s.in[k] + lane), s.out[k] + lane);
      }
    } else {
      for (std::size_t k = 1; k < inputs; ++k) value = hn::Xor(value, hn::Load(bytes(), s.in[k] + lane));
      store<past_cache>(value, s.out[0] + lane);
    }
  }
}

// Where stream number b stands when the first is at j of its block: each a part of a block further, so that no load of one stream has
// the place in its page that a store of another has just had. Processors compare those first: without this the copy took twice the
// time where a vector is half a line.
template <strategy how>
constexpr std::size_t place(std::size_t b, std::size_t j) {
  return (j + b * (how.block / how.streams)) % how.block;
}

// Bytes [begin, end), both multiples of a line.
template <strategy how, std::size_t inputs, std::size_t outputs>
void copy(const streams_of<inputs, outputs>& s, std::size_t begin, std::size_t end) {
  constexpr std::size_t together = how.streams * how.block;
  std::size_t at = begin;
  for (; at + together <= end; at += together) {
    for (std::size_t j = 0; j < how.block; j += line) {
      for (std::size_t b = 0; b < how.streams; ++b) {
        const std::size_t in_block = place<how>(b, j), here = at + b * how.block + in_block;
        if constexpr (how.ahead != 0) {
          const std::size_t there = here + how.ahead + (in_block + how.ahead < how.block ? 0 : together - how.block);
          for (const std::uint8_t* in : s.in) hwy::Prefetch(in + there);
        }
        copy_line<how.past_cache>(s, here);
      }
    }
  }
  for (; at < end; at += line) copy_line<how.past_cache>(s, at);
  if (how.past_cache) hwy::FlushStream();
}

// Reads without writing, for layers whose statistics need the whole tensor first.
template <strategy how>
void read(const std::uint8_t* in, std::size_t begin, std::size_t end, std::uint8_t* sink) {
  auto sum = hn::Zero(bytes());
  constexpr std::size_t together = how.streams * how.block;
  for (std::size_t at = begin; at + together <= end; at += together) {
    for (std::size_t j = 0; j < how.block; j += line) {
      for (std::size_t b = 0; b < how.streams; ++b) {
        const std::uint8_t* here = in + at + b * how.block + place<how>(b, j);
        if constexpr (how.ahead != 0) hwy::Prefetch(here + how.ahead);
        for (std::size_t lane = 0; lane < line; lane += hn::Lanes(bytes())) {
          sum = hn::Xor(sum, hn::Load(bytes(), here + lane));
        }
      }
    }
  }
  *sink = hn::GetLane(sum);
}

template <strategy how, std::size_t inputs, std::size_t outputs>
void copy_all(const workload& work, const tensors& t, team& threads) {
  streams_of<inputs, outputs> s;
  for (std::size_t k = 0; k < inputs; ++k) s.in[k] = t.as<const std::uint8_t>(work.of->reads[k]);
  for (std::size_t k = 0; k < outputs; ++k) s.out[k] = t.as<std::uint8_t>(work.of->writes[k]);
  const std::size_t size = work.tensor_bytes();
  const std::size_t parts = static_cast<std::size_t>(threads.threads());
  const std::size_t part = (size / parts + line - 1) / line * line;
  std::array<std::uint8_t, 64> sinks{};
  for (std::size_t again = 0; again < work.rereads(); ++again) {
    threads.each(parts, [&](std::size_t i) {
      read<how>(s.in[again], i * part, std::min(size, (i + 1) * part), &sinks[i % sinks.size()]);
    });
  }
  threads.each(parts, [&](std::size_t i) { copy<how>(s, i * part, std::min(size, (i + 1) * part)); });
}

template <strategy one, strategy many>
std::function<void(const tensors&, team&)> runner(const workload& work) {
  const std::size_t inputs = work.of->reads.size(), outputs = work.of->writes.size();
  auto bind = [&work](auto function) {
    return [&work, function](const tensors& t, team& threads) { function(work, t, threads); };
  };
  if (inputs == 2 && outputs == 2) return bind(copy_all<many, 2, 2>);
  if (inputs == 2) return bind(copy_all<many, 2, 1>);
  return bind(copy_all<one, 1, 1>);
}

}  // namespace

std::vector<contender> copy_contenders(const workload& work, regime when) {
  return {{"copy four pages", kind::copy, true, runner<four_pages, two_pages>(work)},
          {"copy far ahead", kind::copy, false, runner<far_ahead, far_ahead>(work)},
          {"copy in cache", kind::copy, when == regime::hot, runner<in_cache, in_cache>(work)}};
}

}  // namespace bench
