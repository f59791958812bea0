// Tables and charts of trainings (report.hpp).
#include "report.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

summary summarize(const std::vector<outcome>& outcomes) {
  summary out;
  const auto count = static_cast<double>(outcomes.size());
  out.losses.resize(outcomes.front().losses.size());
  for (const outcome& each : outcomes) {
    out.loss += each.loss / count;
    out.accuracy += each.accuracy / count;
    out.least = std::min(out.least, each.accuracy);
    out.greatest = std::max(out.greatest, each.accuracy);
    for (std::size_t i = 0; i < out.losses.size(); ++i) out.losses[i] += each.losses[i] / count;
  }
  return out;
}

std::string format(const char* how, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, how);
  std::vsnprintf(text, sizeof(text), how, arguments);
  va_end(arguments);
  return text;
}

chart loss_chart(const std::string& title, std::size_t points, std::size_t epochs) {
  chart out{.title = title,
            .x_label = "epoch",
            .y_label = "training loss, mean over seeds",
            .low = 0,
            .high = 2.5,
            .step = 0.5};
  for (std::size_t i = 1; i <= points; ++i)
    out.ticks.push_back(i * epochs % points == 0 ? std::to_string(i * epochs / points) : "");
  return out;
}

void save(const svg& picture, const options& given, const std::string& name) {
  const std::string path = given.out + "/" + name + ".svg";
  if (!picture.save(path)) {
    std::fprintf(stderr, "cannot write %s\n", path.c_str());
    std::exit(1);
  }
  std::printf("\nwritten: %s\n", path.c_str());
}

const std::string& color(std::size_t index) {
  static const std::string colors[] = {"#2f6fb5", "#e8853b", "#3f9b57", "#c8474e", "#8560b8", "#2aa3b0"};
  return colors[index % std::size(colors)];
}

void claims::expect(bool seen, const std::string& sentence) {
  std::printf("%s %s\n", seen ? "seen:    " : "NOT SEEN:", sentence.c_str());
  failed_ = failed_ || !seen;
}
