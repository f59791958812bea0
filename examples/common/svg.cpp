// Shapes as SVG elements (svg.hpp).
#include "svg.hpp"

#include <cmath>
#include <cstdio>
#include <fstream>

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value + 0.0);
  return text;
}

std::string attribute(const std::string& name, const std::string& value) { return " " + name + "=\"" + value + "\""; }

std::string stroke(const std::string& color, double width, const std::string& dashes) {
  return attribute("stroke", color) + attribute("stroke-width", number(width)) +
         (dashes.empty() ? "" : attribute("stroke-dasharray", dashes));
}

std::string list(const std::vector<point>& points) {
  std::string out;
  for (const point& p : points) out += (out.empty() ? "" : " ") + number(p.x) + "," + number(p.y);
  return out;
}

std::string escaped(const std::string& words) {
  std::string out;
  for (const char c : words) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

}  // namespace

svg::svg(int width, int height) {
  const std::string w = std::to_string(width), h = std::to_string(height);
  body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", w) + attribute("height", h) +
          attribute("viewBox", "0 0 " + w + " " + h) +
          attribute("font-family", "DejaVu Sans, Helvetica, Arial, sans-serif") + ">\n<rect" + attribute("width", w) +
          attribute("height", h) + " fill=\"#ffffff\"/>\n";
}

void svg::line(point from, point to, const std::string& color, double width, const std::string& dashes) {
  polyline({from, to}, color, width, dashes);
}

void svg::polyline(const std::vector<point>& points, const std::string& color, double width,
                   const std::string& dashes) {
  body_ += "<polyline" + attribute("points", list(points)) + " fill=\"none\" stroke-linejoin=\"round\"" +
           stroke(color, width, dashes) + "/>\n";
}

void svg::polygon(const std::vector<point>& points, const std::string& fill, const std::string& outline) {
  body_ += "<polygon" + attribute("points", list(points)) + attribute("fill", fill) + " stroke-linejoin=\"round\"" +
           stroke(outline, 0.8, "") + "/>\n";
}

void svg::circle(point center, double radius, const std::string& fill) {
  body_ += "<circle" + attribute("cx", number(center.x)) + attribute("cy", number(center.y)) +
           attribute("r", number(radius)) + attribute("fill", fill) + "/>\n";
}

void svg::text(point at, const std::string& words, const font& how) {
  const char* anchors[] = {"start", "middle", "end"};
  std::string out = "<text" + attribute("x", number(at.x)) + attribute("y", number(at.y)) +
                    attribute("font-size", number(how.size)) + attribute("fill", how.color) +
                    attribute("text-anchor", anchors[static_cast<int>(how.at)]);
  if (how.bold) out += attribute("font-weight", "bold");
  if (how.code) out += attribute("font-family", "DejaVu Sans Mono, Menlo, Consolas, monospace");
  if (how.upright) out += attribute("transform", "rotate(-90 " + number(at.x) + " " + number(at.y) + ")");
  body_ += out + ">" + escaped(words) + "</text>\n";
}

bool svg::save(const std::string& path) const {
  std::ofstream file(path, std::ios::binary);
  file << body_ << "</svg>\n";
  return static_cast<bool>(file.flush());
}

std::string mix(const std::string& from, const std::string& to, double share) {
  std::string out = "#";
  for (std::size_t i = 1; i < 7; i += 2) {
    const double a = std::stoi(from.substr(i, 2), nullptr, 16), b = std::stoi(to.substr(i, 2), nullptr, 16);
    char text[8];
    std::snprintf(text, sizeof(text), "%02x", static_cast<unsigned>(std::lround(a + (b - a) * share)) & 0xffU);
    out += text;
  }
  return out;
}
