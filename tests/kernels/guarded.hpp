// Memory that faults when a kernel touches a byte before or behind a buffer, and holds marks where the page goes on.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

namespace normfold::kernel_tests {

/// Which end of the buffer lies at a page that must not be touched.
enum class guard { before, behind };

/// One buffer at a time, used again and again: it grows as needed.
class guarded {
 public:
  guarded() = default;
  guarded(guarded&& other) noexcept
      : all_(std::exchange(other.all_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  guarded& operator=(guarded&&) = delete;
  ~guarded() { release(); }

  /// A place for `size` bytes; the rest of its pages is filled with marks.
  void* place(std::size_t size, guard end) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    if (size > bytes_ || all_ == nullptr) {
      release();
      bytes_ = (std::max<std::size_t>(size, 1) + page - 1) / page * page;
      void* const made = mmap(nullptr, bytes_ + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (made == MAP_FAILED) throw std::bad_alloc();
      all_ = static_cast<char*>(made);
      if (mprotect(all_ + page, bytes_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    }
    char* const first = all_ + page;
    size_ = size;
    place_ = end == guard::before ? first : first + bytes_ - size;
    marked_ = std::min<std::size_t>(bytes_ - size, 256);
    marks_ = end == guard::before ? place_ + size : place_ - marked_;
    std::memset(marks_, mark, marked_);
    return place_;
  }

  void* data() const { return place_; }
  std::size_t size() const { return size_; }

  /// No byte beside the buffer was written.
  bool is_intact() const {
    return std::all_of(marks_, marks_ + marked_, [](char c) { return static_cast<unsigned char>(c) == mark; });
  }

 private:
  static constexpr unsigned char mark = 0x5c;

  void release() {
    if (all_ != nullptr) munmap(all_, bytes_ + 2 * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
    all_ = nullptr;
  }

  char* all_ = nullptr;
  std::size_t bytes_ = 0;
  char* place_ = nullptr;
  std::size_t size_ = 0;
  char* marks_ = nullptr;
  std::size_t marked_ = 0;
};

}  // namespace normfold::kernel_tests
