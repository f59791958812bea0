// Memory of storage.hpp, and the numbers it starts with. Denormal or equal numbers would spoil a measurement.
#include "storage.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <new>
#include <random>
#include <sstream>

namespace bench {
namespace {

constexpr std::size_t page = 4096, huge_page = std::size_t{1} << 21;
constexpr std::size_t arenas = 4;

// Bytes that one arena may take: its part of three quarters of what the system has left.
std::size_t affordable() {
  std::ifstream file("/proc/meminfo");
  for (std::string text; std::getline(file, text);) {
    if (text.rfind("MemAvailable:", 0) != 0) continue;
    std::istringstream words(text.substr(text.find(':') + 1));
    std::size_t kilobytes = 0;
    words >> kilobytes;
    return kilobytes * 1024 / 4 * 3 / arenas;
  }
  return cold_bytes;
}

std::vector<std::byte> normal_numbers(element type, double mean, std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(static_cast<float>(mean), 1.0F);
  std::vector<std::byte> numbers(count * bytes_of(type));
  for (std::size_t i = 0; i < count; ++i) store_element(type, numbers.data(), i, normal(random));
  return numbers;
}

// Repeats a tile whose length is prime, so that no two rows are alike.
void fill_with(std::byte* to, std::size_t bytes, element type, double mean, unsigned seed) {
  constexpr std::size_t prime = 1048573;
  const std::vector<std::byte> tile = normal_numbers(type, mean, std::min(prime, bytes / bytes_of(type) + 1), seed);
  for (std::size_t at = 0; at < bytes; at += tile.size()) {
    std::memcpy(to + at, tile.data(), std::min(tile.size(), bytes - at));
  }
}

}  // namespace

void store_element(element type, void* to, std::size_t index, float value) {
  if (type == element::f32) {
    static_cast<float*>(to)[index] = value;
    return;
  }
  std::uint32_t wide;
  std::memcpy(&wide, &value, sizeof wide);
  static_cast<std::uint16_t*>(to)[index] = static_cast<std::uint16_t>((wide + 0x7FFF + ((wide >> 16) & 1)) >> 16);
}

double load_element(element type, const void* from, std::size_t index) {
  if (type == element::f32) return static_cast<double>(static_cast<const float*>(from)[index]);
  const std::uint32_t wide = static_cast<std::uint32_t>(static_cast<const std::uint16_t*>(from)[index]) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return static_cast<double>(value);
}

void storage::reserve(arena& a, std::size_t bytes) const {
  if (a.bytes >= bytes) return;
  a.memory.reset();
  const std::size_t whole = huge_pages_ ? huge_page : page;
  const std::size_t taken = (bytes + whole - 1) / whole * whole;
  a.memory.reset(static_cast<std::byte*>(std::aligned_alloc(whole, taken)));
  if (a.memory == nullptr) throw std::bad_alloc();
  if (huge_pages_) madvise(a.memory.get(), taken, MADV_HUGEPAGE);
  a.bytes = bytes;
  std::memset(a.memory.get(), 0, bytes);
}

void storage::prepare(const workload& work, std::size_t slots, std::size_t bytes) {
  work_ = &work;
  stride_ = (work.tensor_bytes() + page - 1) / page * page;
  std::size_t held = 0;
  for (const auto* side : {&reads_, &writes_}) {
    for (const arena& a : *side) held += a.bytes;
  }
  const std::size_t wanted = std::max(slots * stride_, bytes / stride_ * stride_);
  slots_ = std::max<std::size_t>(1, std::min(wanted, affordable() + held / arenas) / stride_);
  // A page more than is used: kernels may prefetch past the end.
  const std::size_t used = slots_ * stride_;
  for (std::size_t k = 0; k < work.of->reads.size(); ++k) {
    if (used + page > reads_[k].bytes) filled_[k] = 0;
    reserve(reads_[k], used + page);
    if (filled_[k] >= used && filled_as_ == work.type) continue;
    fill_with(reads_[k].memory.get(), reads_[k].bytes, work.type, 0, static_cast<unsigned>(k));
    filled_[k] = reads_[k].bytes;
  }
  for (std::size_t k = work.of->reads.size(); k < filled_.size() && filled_as_ != work.type; ++k) filled_[k] = 0;
  filled_as_ = work.type;
  for (std::size_t k = 0; k < work.of->writes.size(); ++k) reserve(writes_[k], used + page);

  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (role r : {role::weight, role::bias, role::dweight, role::dbias, role::mean, role::rstd, role::running_mean,
                 role::running_var}) {
    const bool parameter = r == role::weight || r == role::bias;
    std::vector<float>& values = small_[static_cast<std::size_t>(r)];
    values.assign(std::max(work.size.c, work.scopes()), 1.0F);
    for (std::size_t i = 0; parameter && i < work.size.c; ++i) {
      const float value = normal(random);
      store_element(work.type, values.data(), i, r == role::weight ? 1 + value / 8 : value);
    }
  }
}

tensors storage::slot(std::size_t index) const {
  tensors t;
  for (std::size_t k = 0; k < work_->of->reads.size(); ++k) {
    t[work_->of->reads[k]] = reads_[k].memory.get() + index * stride_;
  }
  for (std::size_t k = 0; k < work_->of->writes.size(); ++k) {
    t[work_->of->writes[k]] = writes_[k].memory.get() + index * stride_;
  }
  for (std::size_t r = 0; r < role_count; ++r) {
    if (!small_[r].empty()) t.at[r] = const_cast<float*>(small_[r].data());
  }
  return t;
}

void storage::fill(std::size_t index, double mean) {
  for (std::size_t k = 0; k < work_->of->reads.size(); ++k) {
    fill_with(reads_[k].memory.get() + index * stride_, work_->tensor_bytes(), work_->type,
              work_->of->reads[k] == role::dy ? 0 : mean, static_cast<unsigned>(k + 17));
  }
  // What training would have saved of such numbers.
  for (role r : {role::mean, role::running_mean}) {
    auto& means = small_[static_cast<std::size_t>(r)];
    means.assign(means.size(), static_cast<float>(mean));
  }
}

void storage::clear_outputs(std::size_t index) {
  for (std::size_t k = 0; k < work_->of->writes.size(); ++k) {
    std::memset(writes_[k].memory.get() + index * stride_, 0xFF, work_->tensor_bytes());
  }
  for (role r : {role::dweight, role::dbias}) {
    auto& values = small_[static_cast<std::size_t>(r)];
    std::memset(values.data(), 0xFF, values.size() * sizeof(float));
  }
}

}  // namespace bench
