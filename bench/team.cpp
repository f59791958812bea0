// The team of team.hpp, and what the kernel of Linux tells about threads that wait for a core.
#include "team.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

namespace bench {
namespace {

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

void team::wake() {
  std::atomic<int> awake{0};
  each(pool_.size(), [&](std::size_t) {  // a thread that waits in one leaves the others to the rest
    ++awake;
    while (awake.load() != threads()) std::this_thread::yield();
  });
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

}  // namespace bench
