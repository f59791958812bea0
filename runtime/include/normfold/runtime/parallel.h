// Contexts that hand a kernel's tasks to OpenMP, to oneTBB or to a small pool of std::thread (C++20).
// Another executor is one function of the same shape: call task(data, i) for every i, return when all have returned.
//
//   normfold::thread_pool pool(8);
//   const normfold_context context = pool.context();
//   layer_norm_f32(y, x, weight, bias, N, T, C, &context);
#ifndef NORMFOLD_RUNTIME_PARALLEL_H_
#define NORMFOLD_RUNTIME_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "normfold/runtime/status.h"

#ifdef _OPENMP
#include <omp.h>
#endif

// oneTBB: include <tbb/parallel_for.h> before this header, or define NORMFOLD_WITH_TBB.
#ifdef NORMFOLD_WITH_TBB
#include <tbb/parallel_for.h>
#endif

namespace normfold {

/// The shape of one task of a kernel.
using task_function = void (*)(void* data, std::size_t index);

/// How many neighbouring tasks a thread takes at once: an eighth of its share, so that it seldom meets the others, and little is left to
/// wait for at the end.
constexpr std::size_t tasks_at_once(std::size_t tasks, std::size_t threads) {
  return std::max<std::size_t>(1, tasks / (8 * threads));
}

/// The calling thread does everything.
[[nodiscard]] inline normfold_context serial() { return normfold_default_context(); }

#ifdef _OPENMP
/// The threads of OpenMP's current team size; needs -fopenmp.
[[nodiscard]] inline normfold_context openmp() {
  normfold_context context = normfold_default_context();
  context.parallel_for = [](void*, std::size_t tasks, task_function task, void* data) {
    const std::size_t chunk = tasks_at_once(tasks, static_cast<std::size_t>(omp_get_max_threads()));
#pragma omp parallel for schedule(dynamic, chunk)
    for (std::size_t i = 0; i < tasks; ++i) task(data, i);
  };
  return context;
}
#endif

#if defined(NORMFOLD_WITH_TBB) || defined(__TBB_parallel_for_H)
/// The threads of oneTBB's current arena; link with TBB::tbb.
[[nodiscard]] inline normfold_context onetbb() {
  normfold_context context = normfold_default_context();
  context.parallel_for = [](void*, std::size_t tasks, task_function task, void* data) {
    ::tbb::parallel_for(std::size_t{0}, tasks, [task, data](std::size_t i) { task(data, i); });
  };
  return context;
}
#endif

/// A fixed set of threads that wait for work: they spin for a millisecond, then sleep. The caller of a kernel takes
/// part and never waits for a worker that has not begun, so a call is at worst as slow as one thread. A thread begins with
/// a share of its own, the same in calls of one shape, and then helps the others. While a call is in progress, further
/// calls (from other threads or from within a task) run on their own thread alone. The pool outlives every call that
/// uses it; create one per process.
class thread_pool {
 public:
  /// `threads` counts the caller: thread_pool(1) starts none. 0 means one per hardware thread.
  explicit thread_pool(unsigned threads = 0) {
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    threads = std::min(threads, 0xffffU);
    shares_ = std::vector<share>(threads);
    workers_.reserve(threads - 1);
    try {
      for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
    } catch (...) {
      stop();
      throw;
    }
  }
  ~thread_pool() { stop(); }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  /// How many threads take part, the caller included.
  [[nodiscard]] std::size_t size() const { return workers_.size() + 1; }

  /// A context that runs on this pool.
  [[nodiscard]] normfold_context context() {
    normfold_context context = normfold_default_context();
    context.parallel_state = this;
    context.parallel_for = [](void* pool, std::size_t tasks, task_function task, void* data) {
      static_cast<thread_pool*>(pool)->run(tasks, task, data);
    };
    return context;
  }

  /// Calls task(data, i) for each i in [0, tasks) and returns when all have returned.
  void run(std::size_t tasks, task_function task, void* data) {
    if (tasks < 2 || workers_.empty() || busy_.test_and_set(std::memory_order_acquire)) {
      for (std::size_t i = 0; i < tasks; ++i) task(data, i);
      return;
    }
    task_ = task;
    data_ = data;
    parts_ = std::min(size(), tasks);
    chunk_ = tasks_at_once(tasks, size());
    for (std::size_t i = 0, begin = 0; i < parts_; ++i) {
      shares_[i].next.store(begin, std::memory_order_relaxed);
      begin += tasks / parts_ + (i < tasks % parts_ ? 1 : 0);
      shares_[i].end = begin;
    }
    gate_.store((gate_.load(std::memory_order_relaxed) & ~low_bits) + generation + open);
    if (sleepers_.load() != 0) {
      { const std::lock_guard lock(mutex_); }
      wake_.notify_all();
    }
    take_chunks(0);
    // A worker that comes now finds the gate closed; those inside finish their chunk.
    gate_.fetch_and(~open);
    const auto all_left = [this] { return (gate_.load() & inside) == 0; };
    if (!spin_until(all_left)) {
      std::unique_lock lock(mutex_);
      caller_sleeps_.store(true);
      left_.wait(lock, all_left);
      caller_sleeps_.store(false);
    }
    busy_.clear(std::memory_order_release);
  }

 private:
  // The tasks that a thread begins with. They lie beside each other and are the same in each call of one shape, so that a core
  // finds in its own caches what it worked on before.
  struct alignas(64) share {
    std::atomic<std::size_t> next{0};
    std::size_t end = 0;
  };

  // gate_ holds, from the lowest bit: how many workers are inside the current call, whether more may enter, and the
  // number of the call, so that entering and closing are one atomic step.
  static constexpr std::uint64_t inside = 0xffff;
  static constexpr std::uint64_t open = 0x10000;
  static constexpr std::uint64_t generation = 0x20000;
  static constexpr std::uint64_t low_bits = generation - 1;
  static constexpr std::chrono::milliseconds spin_time{1};

  template <class Predicate>
  static bool spin_until(const Predicate& done) {
    const auto deadline = std::chrono::steady_clock::now() + spin_time;
    do {
      for (int i = 0; i < 64; ++i) {
        if (done()) return true;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
      }
      std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < deadline);
    return done();
  }

  // Chunks of the thread's own share, then what the others have left.
  void take_chunks(std::size_t thread) {
    for (std::size_t i = 0; i < parts_; ++i) {
      share& from = shares_[(thread + i) % parts_];
      while (from.next.load(std::memory_order_relaxed) < from.end) {
        const std::size_t first = from.next.fetch_add(chunk_, std::memory_order_relaxed);
        if (first >= from.end) break;
        const std::size_t last = first + std::min(chunk_, from.end - first);
        for (std::size_t index = first; index < last; ++index) task_(data_, index);
      }
    }
  }

  bool enter(std::uint64_t& call) {
    std::uint64_t seen = gate_.load();
    while ((seen & open) != 0 && seen / generation != call) {
      if (gate_.compare_exchange_weak(seen, seen + 1)) {
        call = seen / generation;
        return true;
      }
    }
    return false;
  }

  void leave() {
    const std::uint64_t before = gate_.fetch_sub(1);
    if ((before & low_bits) == 1 && caller_sleeps_.load()) {  // the last one out of a closed gate
      { const std::lock_guard lock(mutex_); }
      left_.notify_one();
    }
  }

  void work(std::size_t thread) {
    std::uint64_t call = 0;
    const auto something_to_do = [this, &call] {
      const std::uint64_t seen = gate_.load();
      return stopping_.load() || ((seen & open) != 0 && seen / generation != call);
    };
    while (!stopping_.load()) {
      if (!spin_until(something_to_do)) {
        std::unique_lock lock(mutex_);
        sleepers_.fetch_add(1);
        wake_.wait(lock, something_to_do);
        sleepers_.fetch_sub(1);
      }
      if (!stopping_.load() && enter(call)) {
        take_chunks(thread);
        leave();
      }
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_.store(true);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  std::atomic<std::uint64_t> gate_{0};
  task_function task_ = nullptr;
  void* data_ = nullptr;
  std::vector<share> shares_;
  std::size_t parts_ = 0;  // shares of the current call
  std::size_t chunk_ = 1;
  std::atomic_flag busy_{};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> caller_sleeps_{false};
  std::atomic<unsigned> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable left_;
  std::vector<std::thread> workers_;
};

}  // namespace normfold

#endif  // NORMFOLD_RUNTIME_PARALLEL_H_
