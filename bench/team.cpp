// The pool of team.hpp, and what the kernel of Linux tells about threads that wait for a core.
#include "team.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace bench {
namespace {

constexpr double spin_seconds = 1e-3;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// /proc/<pid>/task/<tid>/schedstat of the calling thread: running time, waiting time, switches.
int open_schedstat() { return open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC); }

long long waited_in(int file) {
  char text[96] = {};
  if (file < 0 || pread(file, text, sizeof text - 1, 0) <= 0) return 0;
  long long running = 0, waited = 0;
  return std::sscanf(text, "%lld %lld", &running, &waited) == 2 ? waited : 0;
}

}  // namespace

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

team::team(int threads) : seen_(static_cast<std::size_t>(threads)), waiting_files_(static_cast<std::size_t>(threads)) {
  waiting_files_[0] = open_schedstat();
  for (std::size_t index = 1; index < seen_.size(); ++index) workers_.emplace_back([this, index] { work(index); });
  wake();
}

team::~team() {
  stop_ = true;
  posted_.fetch_add(1);
  posted_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  for (const std::atomic<int>& file : waiting_files_) {
    if (file >= 0) close(file);
  }
}

void team::take() {
  for (std::size_t index; (index = next_.fetch_add(1, std::memory_order_relaxed)) < tasks_;) task_(data_, index);
}

void team::run(std::size_t tasks, void (*task)(void*, std::size_t), void* data) {
  if (workers_.empty() || tasks < 2) {
    for (std::size_t index = 0; index < tasks; ++index) task(data, index);
    return;
  }
  tasks_ = tasks;
  task_ = task;
  data_ = data;
  next_.store(0, std::memory_order_relaxed);
  open_.store(true);
  posted_.fetch_add(1);
  posted_.notify_all();
  take();
  open_.store(false);
  while (inside_.load() != 0) pause();  // a worker that comes now finds the job closed and leaves
}

void team::work(std::size_t index) {
  waiting_files_[index] = open_schedstat();
  unsigned seen = 0;
  while (true) {
    double until = 0;
    for (unsigned spins = 1; posted_.load(std::memory_order_acquire) == seen; ++spins) {
      pause();
      if (spins % 256 != 0) continue;
      if (until == 0) until = seconds() + spin_seconds;
      if (seconds() > until) posted_.wait(seen);
    }
    seen = posted_.load(std::memory_order_acquire);
    if (stop_) return;
    inside_.fetch_add(1);
    if (open_.load()) take();
    inside_.fetch_sub(1);
    seen_[index].store(seen, std::memory_order_release);
  }
}

void team::wake() {
  if (workers_.empty()) return;
  const unsigned job = posted_.fetch_add(1) + 1;
  posted_.notify_all();
  for (std::size_t index = 1; index < seen_.size(); ++index) {
    while (seen_[index].load(std::memory_order_acquire) != job) pause();
  }
}

long long team::waited() const {
  long long sum = 0;
  for (const std::atomic<int>& file : waiting_files_) sum += waited_in(file);
  return sum;
}

void team::parallel_for(void* state, std::size_t tasks, void (*task)(void*, std::size_t), void* data) {
  static_cast<team*>(state)->run(tasks, task, data);
}

}  // namespace bench
