// A drawing as SVG text: a few shapes, in pixels from the upper left corner. A new shape is one function.
#pragma once

#include <string>
#include <vector>

struct point {
  double x = 0, y = 0;
};

class svg {
 public:
  svg(int width, int height);

  void line(point from, point to, const std::string& color, double width = 1, const std::string& dashes = "");
  void polyline(const std::vector<point>& points, const std::string& color, double width,
                const std::string& dashes = "");
  void polygon(const std::vector<point>& points, const std::string& fill, const std::string& stroke);
  void circle(point center, double radius, const std::string& fill);

  enum class anchor { start, middle, end };
  struct font {
    double size = 13;
    anchor at = anchor::start;
    std::string color = "#222222";
    bool bold = false, upright = false, code = false;  ///< upright: reads from bottom to top
  };
  void text(point at, const std::string& words, const font& how);
  void text(point at, const std::string& words) { text(at, words, font{}); }

  /// Writes the file. False where that fails.
  [[nodiscard]] bool save(const std::string& path) const;

 private:
  std::string body_;
};

/// Between two colours "#rrggbb": 0 is the first, 1 the second.
std::string mix(const std::string& from, const std::string& to, double share);
