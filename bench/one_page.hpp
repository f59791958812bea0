// Outputs without traffic: whole tensors in which one page of memory appears again and again. What a kernel stores
// there stays in the first-level cache, so its time is that of everything but its stores' way to memory.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "normfold/runtime/status.h"
#include "workload.hpp"

namespace bench {

/// A piece that is repeated is a page, or up to four in all where tensors are large. With several threads, what each
/// takes at once has a piece of its own for each output, for two cores that write the same lines would wait for each
/// other. The addresses are as many as ever: what it costs to translate them stays.
class one_page {
 public:
  /// Null where outputs are no larger than a page, would take too many pieces, or the system cannot do it.
  static std::shared_ptr<one_page> make(const workload& work, int threads);
  ~one_page();
  one_page(const one_page&) = delete;
  one_page& operator=(const one_page&) = delete;

  /// The same tensors with these outputs. What is written there overwrites itself.
  tensors instead_of(const tensors& t) const;

  /// For one call of the kernel, with several threads, that writes to the outputs of `t` themselves: calls the tasks by
  /// chunks, as thread_pool hands them out, and looks where each chunk has written: there its piece is mapped.
  normfold_context chunks(const tensors& t);
  bool is_shared_out() const { return !untouched_.empty() || threads_ == 1; }

 private:
  one_page(const workload& work, int threads, std::size_t piece);
  bool map(std::size_t output, std::size_t index, std::size_t chunk);
  void claim(std::size_t chunk);
  static void run_chunks(void* self, std::size_t tasks, void (*task)(void* data, std::size_t index), void* data);

  const workload work_;
  std::size_t threads_, chunks_, piece_, pieces_;
  int file_ = -1;
  std::vector<std::byte*> outputs_{};  // one for each of work_.of->writes
  tensors watched_{};
  std::vector<std::vector<bool>> untouched_{};  // the same, for each piece
};

}  // namespace bench
