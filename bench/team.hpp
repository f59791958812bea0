// The threads that all contenders share: a pool that spins for at most a millisecond, then sleeps.
// Normfold gets it through normfold_context::parallel_for, the others call each().
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace bench {

class team {
 public:
  explicit team(int threads);
  ~team();
  team(const team&) = delete;
  team& operator=(const team&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls task(data, i) once for each i below tasks; the caller works too and never waits for a sleeping worker.
  void run(std::size_t tasks, void (*task)(void* data, std::size_t index), void* data);

  /// The same with a function object.
  template <typename Function>
  void each(std::size_t tasks, Function function) {
    run(
        tasks, [](void* data, std::size_t index) { (*static_cast<Function*>(data))(index); }, &function);
  }

  /// Runs an empty job on every thread, so that none sleeps when a measurement begins.
  void wake();

  /// Nanoseconds that the threads of this process have waited for a core so far, those that libraries started among
  /// them. Zero where the system does not tell.
  static long long waited();

  /// The form that normfold_context wants; state is the team.
  static void parallel_for(void* state, std::size_t tasks, void (*task)(void* data, std::size_t index), void* data);

 private:
  void work(std::size_t index);
  void take();

  std::atomic<unsigned> posted_{0};
  std::atomic<bool> open_{false};
  std::atomic<bool> stop_{false};
  std::atomic<int> inside_{0};
  std::atomic<std::size_t> next_{0};
  std::size_t tasks_ = 0;
  void (*task_)(void*, std::size_t) = nullptr;
  void* data_ = nullptr;
  std::vector<std::thread> workers_;
  std::vector<std::atomic<unsigned>> seen_;
};

/// Seconds since some fixed moment.
double seconds();

}  // namespace bench
