// Axes, ticks, lines, legend (chart.hpp).
#include "chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

constexpr double left = 76, right = 10, top = 40, bottom = 50, legend_width = 180;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

// Maps values to pixels.
struct plane {
  chart how;
  double x0, y0, x1, y1;  // the area of the plot
  std::size_t points;

  double x(double index) const { return x0 + (x1 - x0) * index / static_cast<double>(points - 1); }
  double y(double value) const {
    const double share =
        how.log ? std::log(value / how.low) / std::log(how.high / how.low) : (value - how.low) / (how.high - how.low);
    return y1 + (y0 - y1) * std::clamp(share, 0.0, 1.0);
  }
};

std::vector<double> ticks(const chart& how) {
  std::vector<double> out;
  if (how.log) {
    for (double tick = std::pow(10, std::ceil(std::log10(how.low) - 1e-9)); tick <= how.high * 1.0001; tick *= 10)
      out.push_back(tick);
  } else {
    for (int i = 0; how.low + i * how.step <= how.high + how.step / 2; ++i) out.push_back(how.low + i * how.step);
  }
  return out;
}

void draw_axes(svg& out, const plane& p) {
  const std::string ink = "#444444", grid = "#e2e2e2";
  for (const double tick : ticks(p.how)) {
    out.line({p.x0, p.y(tick)}, {p.x1, p.y(tick)}, grid);
    out.text({p.x0 - 8, p.y(tick) + 4}, number(tick), {.size = 12, .at = svg::anchor::end, .color = ink});
  }
  for (std::size_t i = 0; i < p.points; ++i) {
    const double x = p.x(static_cast<double>(i));
    const std::string name = p.how.ticks.empty() ? std::to_string(p.how.first + static_cast<int>(i)) : p.how.ticks[i];
    if (name.empty()) continue;
    out.line({x, p.y1}, {x, p.y1 + 5}, ink);
    out.text({x, p.y1 + 19}, name, {.size = 12, .at = svg::anchor::middle, .color = ink});
  }
  out.polyline({{p.x0, p.y0}, {p.x0, p.y1}, {p.x1, p.y1}}, ink, 1.2);
  out.text({(p.x0 + p.x1) / 2, p.y1 + 40}, p.how.x_label, {.at = svg::anchor::middle, .color = ink});
  out.text({p.x0 - 60, (p.y0 + p.y1) / 2}, p.how.y_label, {.at = svg::anchor::middle, .color = ink, .upright = true});
}

}  // namespace

void draw(svg& out, const chart& how, const std::vector<series>& lines, point corner, double width, double height) {
  std::size_t points = 2;
  for (const series& each : lines) points = std::max(points, each.values.size());
  const plane p{
      how,   corner.x + left, corner.y + top, corner.x + width - right - legend_width, corner.y + height - bottom,
      points};
  out.text({p.x0, corner.y + 22}, how.title, {.size = 15, .bold = true});
  draw_axes(out, p);
  double legend = p.y0 + 6;
  for (const series& each : lines) {
    std::vector<point> path;
    for (const double value : each.values) path.push_back({p.x(static_cast<double>(path.size())), p.y(value)});
    out.polyline(path, each.color, 2, each.dashes);
    if (each.dashes.empty() && p.points <= 25)
      for (const point& at : path) out.circle(at, 2.8, each.color);
    out.line({p.x1 + 18, legend - 4}, {p.x1 + 46, legend - 4}, each.color, 2, each.dashes);
    out.text({p.x1 + 54, legend}, each.name, {.size = 12.5});
    legend += 21;
  }
}
