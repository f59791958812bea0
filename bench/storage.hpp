// The buffers that contenders work on: long arenas for whole tensors, cut into slots that the cold regime rotates
// through.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "workload.hpp"

namespace bench {

/// A rotation through more memory than this meets no line in any cache.
constexpr std::size_t cold_bytes = std::size_t{1280} << 20;

class storage {
 public:
  /// With `huge_pages`, whole tensors lie in pages of 2 MiB where the system gives them: then no walk through tables of small pages
  /// is measured.
  explicit storage(bool huge_pages = false) : huge_pages_(huge_pages) {}

  /// Makes room for at least `slots` slots and `bytes` bytes of each whole tensor, as far as memory allows, filled with
  /// normal numbers of deviation 1, and gives the parameters their values. Addresses of slots change.
  void prepare(const workload& work, std::size_t slots, std::size_t bytes);

  std::size_t slots() const { return slots_; }
  std::size_t slot_bytes() const { return stride_; }

  /// The tensors of one slot. Parameters and statistics are common to all.
  tensors slot(std::size_t index) const;

  /// Gives the whole input tensors of one slot other numbers of deviation 1.
  void fill(std::size_t index, double mean);

  /// Fills the outputs of one slot with bytes that are a NaN in every type.
  void clear_outputs(std::size_t index);

 private:
  struct freed {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  struct arena {
    std::unique_ptr<std::byte, freed> memory;
    std::size_t bytes = 0;
  };

  void reserve(arena& a, std::size_t bytes) const;

  bool huge_pages_;
  const workload* work_ = nullptr;
  std::size_t slots_ = 0, stride_ = 0;
  element filled_as_ = element::f32;
  std::vector<arena> reads_ = std::vector<arena>(2), writes_ = std::vector<arena>(2);
  std::vector<std::size_t> filled_ = std::vector<std::size_t>(2);
  std::array<std::vector<float>, role_count> small_;
};

/// Stores a value as an element of the type, rounded to nearest even; and back.
void store_element(element type, void* to, std::size_t index, float value);
double load_element(element type, const void* from, std::size_t index);

}  // namespace bench
