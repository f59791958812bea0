// What the programs say: means over seeds, loss curves, claims that were seen or not.
#pragma once

#include <string>
#include <vector>

#include "chart.hpp"
#include "options.hpp"
#include "training.hpp"

/// Of several trainings that differ in their seed alone.
struct summary {
  double loss = 0, accuracy = 0;   ///< means
  double least = 1, greatest = 0;  ///< accuracy
  std::vector<double> losses;      ///< the mean curve
};
summary summarize(const std::vector<outcome>& outcomes);

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* how, ...);

/// A chart of loss curves over the epochs.
chart loss_chart(const std::string& title, std::size_t points, std::size_t epochs);

/// Writes <folder>/<name>.svg and says so, or ends the program.
void save(const svg& picture, const options& given, const std::string& name);

/// The colours of a chart's lines, most different first.
const std::string& color(std::size_t index);

/// Whether the effect that a program is about was seen. All claims of a program decide its exit status; with images of
/// one's own they are printed and decide nothing.
class claims {
 public:
  explicit claims(const options& given) : binding_(given.images.empty()) {}
  /// `sentence` says what should be seen.
  void expect(bool seen, const std::string& sentence);
  [[nodiscard]] int exit_status() const { return failed_ && binding_ ? 1 : 0; }

 private:
  bool binding_, failed_ = false;
};
