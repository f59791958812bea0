// The threads that all contenders share: the pool that Normfold ships, whose workers spin for a millisecond and then sleep.
// Normfold gets it through normfold_context::parallel_for, the others call each().
#pragma once

#include <cstddef>

#include "normfold/runtime/parallel.h"

namespace bench {

class team {
 public:
  explicit team(int threads) : pool_(static_cast<unsigned>(threads)) { wake(); }

  int threads() const { return static_cast<int>(pool_.size()); }

  /// Calls function(i) once for each i below tasks; the caller works too and never waits for a sleeping worker.
  template <typename Function>
  void each(std::size_t tasks, Function function) {
    pool_.run(
        tasks, [](void* data, std::size_t index) { (*static_cast<Function*>(data))(index); }, &function);
  }

  /// Has every thread do something, so that none sleeps when a measurement begins.
  void wake();

  /// Nanoseconds that the threads of this process have waited for a core so far, those that libraries started among
  /// them. Zero where the system does not tell.
  static long long waited();

  /// How Normfold's kernels take part.
  normfold_context context() { return pool_.context(); }

 private:
  normfold::thread_pool pool_;
};

/// Seconds since some fixed moment.
double seconds();

}  // namespace bench
