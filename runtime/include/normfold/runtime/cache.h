// The size of the second-level cache, read once, and the choice of stores that follows from it. Plain C++.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

#include "normfold/runtime/status.h"

namespace normfold {

/// Bytes of one core's second-level cache; 1 MiB where the system does not tell.
inline std::size_t second_level_cache() {
  static std::atomic<std::size_t> known{0};  // write-once: every thread would store the same number
  std::size_t bytes = known.load(std::memory_order_relaxed);
  if (bytes == 0) {
    long told = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE
    told = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    bytes = told > 0 ? static_cast<std::size_t>(told) : std::size_t{1} << 20;
    known.store(bytes, std::memory_order_relaxed);
  }
  return bytes;
}

/// Runs of memory shorter than this are not written past the cache where they lie apart: what begins or ends in the middle of
/// a line of 64 bytes costs a line read and written, and of short runs that is most lines.
constexpr std::size_t kShortRun = 512;

/// Neighbouring slices are swept together: as many as fill a piece of memory of this size with one run of each but the last. It is
/// read and written as a whole then, however short the runs are, and the sums of one slice are taken while those of another are waited for.
constexpr std::size_t kTogether = std::size_t{1} << 12;
constexpr std::size_t kMostTogether = 64;

/// Where the runs of a slice lie apart, those of neighbours shorter than kSpreadRun go together, as one run, until they fill a piece of
/// this size: what a slice shares with its elements is spread over them first, and has to stay in the first-level cache beside them.
constexpr std::size_t kSpreadBytes = std::size_t{1} << 12;
constexpr std::size_t kSpreadRun = std::size_t{1} << 10;

/// What a third-level cache holds of an output until it is read, wherever there is one: it is shared, and what the system tells of its
/// size is that of all of them where there are several.
constexpr std::size_t kHeld = std::size_t{1} << 22;

/// Whether outputs of `bytes` bytes go past the cache: as the context says, else where the output is at least four
/// times the second-level cache and kHeld, so that its reader would not find it there. `run`: bytes of each of its runs, where those lie
/// apart.
inline bool streams(const normfold_context* context, std::size_t bytes, std::size_t run = kShortRun) {
  const normfold_stores wish = context == nullptr ? NORMFOLD_STORES_AUTO : context->stores;
  if (run < kShortRun) return false;
  if (wish != NORMFOLD_STORES_AUTO) return wish == NORMFOLD_STORES_STREAM;
  return bytes >= std::max(4 * second_level_cache(), kHeld);
}

/// The same for rows, from `out` on and `row` bytes from one to the next, that are walked together, column by column: only such as begin
/// with lines go past the cache.
inline bool streams_columns(const normfold_context* context, std::size_t bytes, const void* out, std::size_t row) {
  constexpr std::size_t kLine = 64;
  return (reinterpret_cast<std::uintptr_t>(out) | row) % kLine == 0 && streams(context, bytes);
}

}  // namespace normfold
