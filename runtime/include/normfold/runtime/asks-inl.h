// What a kernel asks memory for before a loop, and how far ahead of it. Re-included per target. What is asked for element by element is
// asked for by the places of a loop body (places-inl.h).

#if defined(NORMFOLD_ASKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMFOLD_ASKS_INL_H_
#undef NORMFOLD_ASKS_INL_H_
#else
#define NORMFOLD_ASKS_INL_H_
#endif

#include "hwy/highway.h"
#include "normfold/runtime/cache.h"
#include "normfold/runtime/places-inl.h"

HWY_BEFORE_NAMESPACE();
namespace normfold {
namespace HWY_NAMESPACE {

/// What a sweep over a run of n elements asks for, where the runs of a slice lie apart: a short one has nothing of its own so far
/// ahead, and asks for `next`.
template <class S>
HWY_INLINE In<S> AskApart(In<S> run, size_t n, In<S> next) {
  constexpr size_t kFar = kElementsAhead<S, 2>;
  return n > kFar ? run + kFar : next;
}

/// What a sweep over the n elements of `in`, one of two tensors, asks for that goes on with what follows: the place ahead, or of a run
/// that is a little shorter the same place of the next one, where nothing is asked for twice.
template <class S>
HWY_INLINE In<S> AskAhead(In<S> in, size_t n) {
  constexpr size_t kFar = kElementsAhead<S, 2>;
  return in + (n > kFar / 2 && n < kFar ? n : kFar);
}

/// Whether a slice of n elements is longer than a cache holds until its sums are known and it is read again: what is asked for before then
/// is in vain.
template <class S>
HWY_INLINE bool IsLong(size_t n) {
  return n * sizeof(typename S::Memory) > kHeld;
}

/// What a sweep over n elements of `in`, one of kTensors, asks for, where `out` is what it will be followed by: the line that will be stored
/// to, so that a kept store need not wait for it; where stores go past the cache, or the line would not stay in it, what it will itself
/// read, or the next slice's sweep.
template <size_t kTensors, class S>
HWY_INLINE In<S> ToAskFor(bool stream, size_t n, In<S> in, Out<S> out) {
  return {stream || IsLong<S>(n) ? in.p + kElementsAhead<S, kTensors> : out.p};
}

namespace detail {
// A function of its own that is always inlined: of one that does nothing but ask, GCC drops the calls.
template <class S>
HWY_INLINE void AskForLines(size_t n, Out<S> run) {
  for (size_t i = 0; i < n; i += 64 / sizeof(*run.p)) Ask(run.p + i);
}
}  // namespace detail

/// Asks for the lines of short runs that the loop after this one will store to, once each; where vectors are lines, that one asks itself
/// (PrefetchOnce). Of longer runs the processor sees soon enough where they go.
template <class D, class S, class... More>
HWY_INLINE void AskForShort(D d, bool stream, size_t n, Out<S> run, Out<More>... runs) {
  if (stream || IsLine(d) || n * sizeof(*run.p) > kShortRun) return;
  detail::AskForLines(n, run);
  (detail::AskForLines(n, runs), ...);
}

/// How many elements further on the outputs of a slice of n elements ask for memory: that of the slice which is `next` slices further on;
/// of a long one what they will themselves read.
template <class S>
HWY_INLINE size_t FurtherOn(size_t next, size_t n) {
  return IsLong<S>(n) ? kElementsAhead<S, 1> : next * n;
}

/// How far ahead of itself, in bytes, a loop over runs that follow each other asks for one line of each tensor.
constexpr size_t kPageAhead = size_t{1} << 14;

/// Asks for one line of each tensor, far ahead: its page's address is known then by the time the loop gets there, which takes longer
/// than the way to the lines of a page that is known. Where stores are kept; for short runs it would cost more than it saves.
template <class Run, class... Runs>
HWY_INLINE void AskForPages(bool stream, size_t n, Run run, Runs... runs) {
  constexpr size_t kBytes = sizeof(*run.p);
  if (stream || n * kBytes < 2 * kShortRun) return;
  Ask(run.p + kPageAhead / kBytes);
  (Ask(runs.p + kPageAhead / sizeof(*runs.p)), ...);
}

}  // namespace HWY_NAMESPACE
}  // namespace normfold
HWY_AFTER_NAMESPACE();

#endif  // NORMFOLD_ASKS_INL_H_
