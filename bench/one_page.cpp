// The mappings of one_page.hpp: an unnamed file of a few pages, mapped side by side.
#include "one_page.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "normfold/runtime/parallel.h"

namespace bench {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t most_mapped = 4 * page;  // of all outputs: a third of a small first-level cache
constexpr std::size_t most_pieces = 16384;     // a quarter of the mappings that Linux allows a process
constexpr int unwritten = 0xFF;                // makes a NaN in every type

// normfold::tasks_at_once() is an eighth of a thread's share; rounded down, that makes fewer than twice as many chunks.
constexpr std::size_t chunks_of_a_thread = 16;

#ifdef __linux__
constexpr int present = MAP_POPULATE;
int unnamed_file() { return memfd_create("one_page", MFD_CLOEXEC); }
#else
constexpr int present = 0;
int unnamed_file() { return -1; }
#endif

// The smallest piece that is repeated often enough to make `outputs` of `bytes` each; 0 where there is none.
std::size_t piece_for(std::size_t outputs, std::size_t bytes) {
  for (std::size_t piece = page; piece * outputs <= most_mapped && bytes > page; piece *= 2) {
    if ((bytes + piece - 1) / piece * outputs <= most_pieces) return piece;
  }
  return 0;
}

}  // namespace

std::shared_ptr<one_page> one_page::make(const workload& work, int threads) {
  const std::size_t outputs = work.of->writes.size(), piece = piece_for(outputs, work.tensor_bytes());
  if (piece == 0) return nullptr;
  std::shared_ptr<one_page> made(new one_page(work, threads, piece));
  const std::size_t held = made->chunks_ * outputs * piece;
  made->file_ = unnamed_file();
  if (made->file_ < 0 || ftruncate(made->file_, static_cast<off_t>(held)) != 0) return nullptr;
  for (std::size_t k = 0; k < outputs; ++k) {
    void* room = mmap(nullptr, made->pieces_ * piece, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return nullptr;
    made->outputs_.push_back(static_cast<std::byte*>(room));
    for (std::size_t i = 0; i < made->pieces_; ++i) {
      if (!made->map(k, i, 0)) return nullptr;
    }
  }
  return made;
}

one_page::one_page(const workload& work, int threads, std::size_t piece)
    : work_(work),
      threads_(static_cast<std::size_t>(threads)),
      chunks_(threads == 1 ? 1 : threads_ * chunks_of_a_thread),
      piece_(piece),
      pieces_((work.tensor_bytes() + piece - 1) / piece) {}

one_page::~one_page() {
  for (std::byte* output : outputs_) munmap(output, pieces_ * piece_);
  if (file_ >= 0) close(file_);
}

bool one_page::map(std::size_t output, std::size_t index, std::size_t chunk) {
  const std::size_t from = (chunk * work_.of->writes.size() + output) * piece_;
  return mmap(outputs_[output] + index * piece_, piece_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | present,
              file_, static_cast<off_t>(from)) != MAP_FAILED;
}

tensors one_page::instead_of(const tensors& t) const {
  tensors here = t;
  for (std::size_t k = 0; k < outputs_.size(); ++k) here[work_.of->writes[k]] = outputs_[k];
  return here;
}

normfold_context one_page::chunks(const tensors& t) {
  watched_ = t;
  for (role output : work_.of->writes) std::memset(t[output], unwritten, work_.tensor_bytes());
  untouched_.assign(outputs_.size(), std::vector<bool>(pieces_, true));
  normfold_context context = normfold_default_context();
  context.parallel_for = run_chunks;
  context.parallel_state = this;
  return context;
}

void one_page::run_chunks(void* self, std::size_t tasks, void (*task)(void* data, std::size_t index), void* data) {
  one_page& pages = *static_cast<one_page*>(self);
  const std::size_t parts = std::min(pages.threads_, tasks);
  const std::size_t length = normfold::tasks_at_once(tasks, pages.threads_);
  std::size_t chunk = 0, i = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t end = i + tasks / parts + (part < tasks % parts ? 1 : 0);
    while (i < end) {
      for (const std::size_t last = std::min(end, i + length); i < last; ++i) task(data, i);
      pages.claim(chunk++ % pages.chunks_);
    }
  }
}

void one_page::claim(std::size_t chunk) {
  const std::vector<std::byte> as_before(piece_, std::byte{unwritten});
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    const std::byte* written = watched_.as<const std::byte>(work_.of->writes[k]);
    for (std::size_t i = 0; i < pieces_; ++i) {
      const std::size_t length = std::min(piece_, work_.tensor_bytes() - i * piece_);
      if (!untouched_[k][i] || std::memcmp(written + i * piece_, as_before.data(), length) == 0) continue;
      untouched_[k][i] = false;
      if (!map(k, i, chunk)) throw std::runtime_error("a page cannot be mapped once more");
    }
  }
}

}  // namespace bench
