// Pages of memory between two pages that fault when touched.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

namespace normfold::inl_test {

class guarded_pages {
 public:
  explicit guarded_pages(std::size_t pages = 1)
      : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), pages_(pages) {
    void* all = mmap(nullptr, (pages_ + 2) * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    all_ = static_cast<char*>(all);
    if (mprotect(all_ + size_, pages_ * size_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  }
  ~guarded_pages() { munmap(all_, (pages_ + 2) * size_); }
  guarded_pages(const guarded_pages&) = delete;
  guarded_pages& operator=(const guarded_pages&) = delete;

  template <typename T>
  T* begin() const {
    return reinterpret_cast<T*>(all_ + size_);
  }
  template <typename T>
  T* end() const {
    return reinterpret_cast<T*>(all_ + (1 + pages_) * size_);
  }

 private:
  std::size_t size_, pages_;
  char* all_;
};

}  // namespace normfold::inl_test
