// Slices spread over the caller's threads. Chunks depend on the shapes alone, never on the number of threads.

#if defined(NORMFOLD_TASKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_TASKS_INL_H_
#undef NORMFOLD_TASKS_INL_H_
#else
#define NORMFOLD_TASKS_INL_H_
#endif

#include <type_traits>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "normfold/runtime/cache.h"
#include "normfold/runtime/check.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {

/// Work below this many bytes is done where it is called. With a core that spins for work 128 KB are worth sharing; to wake one
/// that sleeps takes about as long as this.
constexpr size_t kSerialBytes = size_t{1} << 18;
/// A task covers at least this many bytes, so that handing tasks out costs nothing beside them.
constexpr size_t kTaskBytes = size_t{1} << 15;
constexpr size_t kMostTasks = 1024;
constexpr size_t kFewTasks = 16;
/// How far ahead of a slice, in bytes, the slice is that it asks for where stores go past the cache: far enough to hide the way to
/// memory behind short slices. Where stores are kept, what lies so far ahead would push out what they need.
constexpr size_t kAheadBytes = size_t{1} << 13;

/// How many slices of `bytes` bytes lie within that.
HWY_INLINE size_t SlicesAhead(size_t bytes) { return (kAheadBytes + bytes - 1) / HWY_MAX(bytes, size_t{1}); }

template <class F>
struct SliceTasks {
  const F* f;
  size_t slices;
  size_t grain;
  size_t ahead;
  bool stream;
  // One function, into which the body is inlined: a slice costs no call, and what the body captured by value stays in
  // registers.
  HWY_ATTR HWY_NOINLINE HWY_FLATTEN void Run(size_t begin, size_t end) const {
    const F own = *f;
    Edges edges;
    for (size_t i = begin; i < end; ++i) {
      if constexpr (std::is_invocable_v<F, size_t, size_t, Edges&>) own(i, HWY_MIN(ahead, slices - 1 - i), edges);
      else if constexpr (std::is_invocable_v<F, size_t, Edges&>) own(i, edges);
      else own(i);
    }
    if (stream) hwy::FlushStream();
  }
  static HWY_ATTR void Task(void* data, size_t index) {
    const SliceTasks& t = *static_cast<const SliceTasks*>(data);
    const size_t begin = index * t.grain;
    t.Run(begin, HWY_MIN(begin + t.grain, t.slices));
  }
};

/// Calls f(i), f(i, edges) or f(i, next, edges) for i in [0, slices), each of about `bytes` bytes of memory; `stream`: the stores go past the
/// cache. `edges` keeps lines from one slice of a task to the next. `next` is how many slices further on memory is worth asking for; 0 in the last slice.
template <class F>
HWY_INLINE void ForSlices(const normfold_context* context, size_t slices, size_t bytes, bool stream, const F& f) {
  SliceTasks<F> tasks{&f, slices, 1, stream ? SlicesAhead(bytes) : 1, stream};
  if (slices == 1 || context == nullptr || context->parallel_for == nullptr || slices * bytes < kSerialBytes)
    return tasks.Run(0, slices);
  tasks.grain = HWY_MAX((kTaskBytes + bytes - 1) / HWY_MAX(bytes, size_t{1}), slices / kMostTasks + 1);
  normfold_run(context, (slices + tasks.grain - 1) / tasks.grain, SliceTasks<F>::Task, &tasks);
}

/// How many neighbouring slices of `bytes` bytes, in runs of `run` bytes, are swept together: until a run of each but the last fills
/// `piece` bytes, while all of them stay in the second-level cache and there are tasks for many threads.
inline size_t SlicesTogether(size_t slices, size_t run, size_t bytes, size_t piece = kTogether) {
  size_t together = 1;
  for (size_t twice = 2; twice <= kMostTogether && (twice - 1) * run <= piece && twice * bytes <= second_level_cache();
       twice *= 2)
    if (twice * bytes <= 4 * kTaskBytes || kFewTasks * twice <= slices) together = twice;
  return together;
}

/// The same for slices whose runs lie apart, and are one run where they are short, the last with the others.
inline size_t SlicesApart(size_t slices, size_t run, size_t bytes) {
  return SlicesTogether(slices, run, bytes, run < kSpreadRun ? kSpreadBytes - run : kTogether);
}

/// ForSlices for `together` neighbouring slices at a time: f(begin, end, next, edges) for those of each of `stretches` stretches of
/// `slices` slices, the last of them fewer. `next` is how many slices further on memory is worth asking for.
template <class F>
HWY_INLINE void ForSlicesTogether(const normfold_context* context, size_t stretches, size_t slices, size_t together,
                                  size_t bytes, bool stream, const F& f) {
  const size_t blocks = together == 1 ? slices : (slices + together - 1) / together;
  ForSlices(context, stretches * blocks, together * bytes, stream,
            [=](size_t block, size_t next, Edges& edges) HWY_ATTR {
              const size_t stretch = stretches == 1 ? 0 : block / blocks;  // divisions cost as much as a short row
              const size_t begin = stretch * slices + (block - stretch * blocks) * together;
              f(begin, HWY_MIN(begin + together, (stretch + 1) * slices), next * together, edges);
            });
}

/// ForSlices for slices that are swept several times, f(i, next, within, edges): each by one thread, with `within` null, while it fits in
/// that thread's share of the caches, else one after the other, each sweep by all threads of the context `within`.
template <class F>
HWY_INLINE void ForSlicesInCache(const normfold_context* context, size_t slices, size_t bytes, bool stream,
                                 const F& f) {
  if (bytes <= 4 * second_level_cache()) {
    const normfold_context* none = nullptr;
    return ForSlices(context, slices, bytes, stream,
                     [=](size_t i, size_t next, Edges& edges) HWY_ATTR { f(i, next, none, edges); });
  }
  Edges edges;
  for (size_t i = 0; i < slices; ++i) f(i, i + 1 < slices ? size_t{1} : size_t{0}, context, edges);
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_TASKS_INL_H_
