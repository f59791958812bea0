// A page of memory between two pages that fault when touched.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

namespace normfold::inl_test {

class guarded_page {
 public:
  guarded_page() : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* all = mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    all_ = static_cast<char*>(all);
    if (mprotect(all_ + size_, size_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  }
  ~guarded_page() { munmap(all_, 3 * size_); }
  guarded_page(const guarded_page&) = delete;
  guarded_page& operator=(const guarded_page&) = delete;

  template <typename T>
  T* begin() const {
    return reinterpret_cast<T*>(all_ + size_);
  }
  template <typename T>
  T* end() const {
    return reinterpret_cast<T*>(all_ + 2 * size_);
  }

 private:
  std::size_t size_;
  char* all_;
};

}  // namespace normfold::inl_test
