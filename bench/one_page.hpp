// Outputs without traffic: whole tensors in which one page of memory appears again and again. What a kernel stores
// there stays in the first-level cache, so its time is that of everything but its stores' way to memory.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "normfold/runtime/status.h"
#include "workload.hpp"

namespace bench {

/// Each thread has a piece of memory of its own for each output, for two cores that write the same lines would wait for
/// each other. A piece is a page, or up to four in all where tensors are large.
class one_page {
 public:
  /// Null where outputs are no larger than a page, would take too many pieces, or the system cannot do it.
  static std::shared_ptr<one_page> make(const workload& work, int threads);
  ~one_page();
  one_page(const one_page&) = delete;
  one_page& operator=(const one_page&) = delete;

  /// The same tensors with these outputs. What is written there overwrites itself.
  tensors instead_of(const tensors& t) const;

  /// For one call of the kernel, with several threads, that writes to the outputs of `t` themselves: calls the tasks in
  /// the order of threads, looks which bytes the share of each has written, and gives it these pieces.
  normfold_context shares(const tensors& t);
  bool is_shared_out() const { return !untouched_.empty() || threads_ == 1; }

 private:
  one_page(const workload& work, int threads, std::size_t piece);
  bool map(std::size_t output, std::size_t index, std::size_t thread);
  void claim(std::size_t thread);
  static void run_shares(void* self, std::size_t tasks, void (*task)(void* data, std::size_t index), void* data);

  const workload work_;
  std::size_t threads_, piece_, pieces_;
  int file_ = -1;
  std::vector<std::byte*> outputs_{};  // one for each of work_.of->writes
  tensors watched_{};
  std::vector<std::vector<bool>> untouched_{};  // the same, for each piece
};

}  // namespace bench
