// The pool of team.hpp, and what the kernel of Linux tells about threads that wait for a core.
#include "team.hpp"

#include <dirent.h>
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

// What /proc/self/task/<tid>/schedstat says of a thread: running time, waiting time, switches.
long long waited_in(const char* thread) {
  char path[64], text[96] = {};
  std::snprintf(path, sizeof path, "/proc/self/task/%.20s/schedstat", thread);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const auto length = read(file, text, sizeof text - 1);
  close(file);
  long long running = 0, waited = 0;
  return length > 0 && std::sscanf(text, "%lld %lld", &running, &waited) == 2 ? waited : 0;
}

}  // namespace

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

team::team(int threads) : seen_(static_cast<std::size_t>(threads)) {
  for (std::size_t index = 1; index < seen_.size(); ++index) workers_.emplace_back([this, index] { work(index); });
  wake();
}

team::~team() {
  stop_ = true;
  posted_.fetch_add(1);
  posted_.notify_all();
  for (std::thread& worker : workers_) worker.join();
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

long long team::waited() {
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == nullptr) return 0;
  long long sum = 0;
  while (const dirent* task = readdir(tasks)) {
    if (task->d_name[0] != '.') sum += waited_in(task->d_name);
  }
  closedir(tasks);
  return sum;
}

void team::parallel_for(void* state, std::size_t tasks, void (*task)(void*, std::size_t), void* data) {
  static_cast<team*>(state)->run(tasks, task, data);
}

}  // namespace bench
