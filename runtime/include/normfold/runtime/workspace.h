// How much scratch memory a kernel takes: the same arithmetic in its <name>_workspace function and in its loops.
#pragma once

#include <cstddef>
#include <initializer_list>

namespace normfold {

/// Rows of a column whose sums are taken in one go; longer columns are summed in chunks that merge in order.
constexpr std::size_t kColumnChunk = 128;

inline std::size_t Chunks(std::size_t rows) { return (rows + kColumnChunk - 1) / kColumnChunk; }

/// ceil(percent * n / 100)
inline std::size_t LeadingPercent(double percent, std::size_t n) {
  const double part = percent * static_cast<double>(n) / 100;
  const std::size_t whole = static_cast<std::size_t>(part);
  const std::size_t count = static_cast<double>(whole) < part ? whole + 1 : whole;
  return count < n ? count : n;
}

/// The first `count` of `n`.
inline std::size_t LeadingCount(std::size_t count, std::size_t n) { return count < n ? count : n; }

/// The largest of some sizes.
inline std::size_t MostOf(std::initializer_list<std::size_t> sizes) {
  std::size_t most = 0;
  for (std::size_t each : sizes) most = each > most ? each : most;
  return most;
}

/// Columns of `element` bytes, up to the end of a line: sums that begin in the middle of one are loaded and stored in two parts, and
/// wait for those of the fold before, which lie a little less than a page away.
inline std::size_t PaddedColumns(std::size_t columns, std::size_t element) {
  return (columns * element + 63) / 64 * 64 / element;
}

/// Bytes of an array of `count` elements, of which a vector may begin at any: a line more than it has.
inline std::size_t ArrayBytes(std::size_t count, std::size_t element) { return (count * element + 127) / 64 * 64; }

class WorkspaceBytes {
 public:
  explicit WorkspaceBytes(std::size_t element) : element_(element) {}
  /// An array of statistics that lasts for the whole call.
  void Array(std::size_t count) { arrays_ += ArrayBytes(count, element_); }
  /// Partial sums of one sweep: `folds` sums of each of `columns` columns of each of `slices` slices, for each chunk of `rows` rows.
  void Partial(std::size_t folds, std::size_t slices, std::size_t columns, std::size_t rows) {
    const std::size_t bytes = folds * slices * PaddedColumns(columns, element_) * Chunks(rows) * element_;
    if (bytes > partial_) partial_ = bytes;
  }
  std::size_t Total() const { return arrays_ + partial_; }

 private:
  std::size_t element_;
  std::size_t arrays_ = 0;
  std::size_t partial_ = 0;
};

}  // namespace normfold
