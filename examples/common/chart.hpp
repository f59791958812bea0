// A line chart with axes, grid and legend, drawn into an SVG.
#pragma once

#include <string>
#include <vector>

#include "svg.hpp"

struct series {
  std::string name, color;
  std::vector<double> values;  ///< at first, first + 1, ...
  std::string dashes{};        ///< as in SVG, "6 3"; none: a full line
};

struct chart {
  std::string title, x_label, y_label;
  bool log = false;  ///< powers of ten on the y axis
  double low = 0, high = 1;
  double step = 0.1;                 ///< between ticks of y, where it is not log
  int first = 1;                     ///< x of the first value
  std::vector<std::string> ticks{};  ///< names of the values' places on the x axis instead of numbers; "" for none
};

/// Draws within the rectangle from `corner`, labels and legend included.
void draw(svg& out, const chart& how, const std::vector<series>& lines, point corner, double width, double height);
