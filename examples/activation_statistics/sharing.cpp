// Cubes as in Wu and He 2018, figure 2, drawn from the reductions of a layer's graph (sharing.hpp). Nothing here knows
// a norm by name: an element's colour is its place along the atoms that the reduction keeps.
#include "sharing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>

#include "svg.hpp"

namespace {

namespace ir = normfold::ir;

constexpr int samples = 3, channels = 8, positions = 4, groups = 2;
constexpr std::array<int, 3> extents = {samples, channels, positions};
using element = std::array<int, 3>;  // its place along N, C, L

/// What one reduction of a layer reduces.
struct scope {
  ir::atom_set over = 0;
  std::optional<ir::leading> first;
  friend bool operator==(const scope&, const scope&) = default;
};

std::vector<scope> scopes_of(const ir::graph& g) {
  std::vector<scope> out;
  for (const ir::node& n : g.nodes) {
    const scope fresh{n.over, n.first};
    if (n.over != 0 && std::find(out.begin(), out.end(), fresh) == out.end()) out.push_back(fresh);
  }
  return out;
}

int groups_of(const ir::atom& a) { return a.extent > 0 ? static_cast<int>(a.extent) : groups; }

/// Where the element is along one atom: along the axis, along its groups, or within its group.
int place(const ir::graph& g, std::size_t i, const element& e) {
  const ir::atom& a = g.atoms[i];
  const auto axis = static_cast<std::size_t>(a.axis);
  if (a.which == ir::part::whole) return e[axis];
  const int members = extents[axis] / groups_of(a.which == ir::part::group ? a : g.atoms[i - 1]);
  return a.which == ir::part::group ? e[axis] / members : e[axis] % members;
}

/// Colour of the element: hue by the innermost atom that is kept, lightness by those outside of it.
std::string color(const ir::graph& g, const scope& s, const element& e) {
  static const char* const hues[] = {"#2f6fb5", "#e8853b", "#3f9b57", "#c8474e",
                                     "#8560b8", "#8a6248", "#d673b2", "#2aa3b0"};
  int hue = 0, shade = 0;
  for (std::size_t i = 0; i < g.atoms.size(); ++i) {
    if ((s.over >> i & 1U) != 0) continue;
    shade = shade * samples + hue;
    hue = place(g, i, e);
  }
  return mix(hues[hue % 8], "#ffffff", 0.3 * (shade % 3));
}

/// Whether the statistic looks at the element.
bool counts(const ir::graph& g, const scope& s, const element& e) {
  if (!s.first) return true;
  const auto i = static_cast<std::size_t>(s.first->atom);
  const int extent = extents[static_cast<std::size_t>(g.atoms[i].axis)];
  const int taken = s.first->count > 0 ? static_cast<int>(s.first->count)
                                       : static_cast<int>(std::ceil(s.first->percent * extent / 100));
  return place(g, i, e) < taken;
}

constexpr double cell = 22, slant_x = 13, slant_y = 9;

/// One face of the cube: N x C x L seen from the front (C to the right, L down), from above and from the right.
void draw_face(svg& out, const ir::graph& g, const scope& s, int fixed, point corner, point u, point v) {
  const auto cells_u = static_cast<int>(fixed == 1 ? samples : channels);
  const auto cells_v = static_cast<int>(fixed == 2 ? samples : positions);
  for (int j = 0; j < cells_v; ++j) {
    for (int i = 0; i < cells_u; ++i) {
      const element e = fixed == 0 ? element{0, i, j} : fixed == 1 ? element{i, channels - 1, j} : element{j, i, 0};
      const auto at = [&](double a, double b) {
        return point{corner.x + u.x * (i + a) + v.x * (j + b), corner.y + u.y * (i + a) + v.y * (j + b)};
      };
      const std::string plain = color(g, s, e);
      const std::string lit = fixed == 0 ? plain : mix(plain, fixed == 1 ? "#000000" : "#ffffff", 0.15);
      out.polygon({at(0, 0), at(1, 0), at(1, 1), at(0, 1)}, lit, "#ffffff");
      if (s.first && counts(g, s, e)) out.circle(at(0.5, 0.5), 3, "#111111");
    }
  }
}

void draw_cube(svg& out, const ir::graph& g, const scope& s, point front) {
  const point across{cell, 0}, down{0, cell}, back{slant_x, -slant_y};
  draw_face(out, g, s, 0, front, across, down);
  draw_face(out, g, s, 1, {front.x + channels * cell, front.y}, back, down);
  draw_face(out, g, s, 2, front, across, back);
  const svg::font axis{.size = 12, .at = svg::anchor::middle, .color = "#555555"};
  out.text({front.x + channels * cell / 2, front.y + positions * cell + 16}, g.axes[1].name, axis);
  out.text({front.x - 10, front.y + positions * cell / 2 + 4}, g.axes[2].name, axis);
  out.text({front.x - 2 + samples * slant_x / 2, front.y - 6 - samples * slant_y / 2}, g.axes[0].name, axis);
}

/// "one mean and rstd for each N and G", from the names of the statistics and the atoms that are kept.
std::string statistics(const ir::graph& g, const scope& s) {
  std::string names, each;
  for (const ir::named_node& n : g.names)
    if (n.what == ir::role::statistic) names += (names.empty() ? "" : " and ") + n.name;
  for (std::size_t i = 0; i < g.atoms.size(); ++i)
    if ((s.over >> i & 1U) == 0) each += (each.empty() ? "" : " and ") + g.atoms[i].name;
  return "one " + names + (each.empty() ? " for all" : " for each " + each);
}

}  // namespace

int draw_sharing(const char* path, const std::vector<ir::graph>& layers) {
  constexpr int panel_width = 330, panel_height = 232, columns = 3, top = 66;
  struct panel {
    const ir::graph* g;
    scope s;
  };
  std::vector<panel> panels;
  for (const ir::graph& g : layers)
    for (const scope& s : scopes_of(g))
      if (g.axes.size() == 3) panels.push_back({&g, s});

  const int rows = (static_cast<int>(panels.size()) + columns - 1) / columns;
  svg out(columns * panel_width + 30, top + rows * panel_height);
  out.text({20, 28}, "Which elements are normalized together", {.size = 18, .bold = true});
  out.text({20, 50},
           "Same colour: same statistics. A dot: the statistics are taken from these elements alone. N samples, "
           "C channels, L positions, G = 2 groups.",
           {.color = "#555555"});
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const auto& [g, s] = panels[i];
    const point corner{20.0 + panel_width * static_cast<double>(i % columns),
                       top + panel_height * static_cast<double>(i / columns)};
    out.text({corner.x, corner.y + 18}, g->name, {.size = 15, .bold = true});
    out.text({corner.x, corner.y + 36}, g->source.substr(g->source.find(" | ") + 3),
             {.size = 10.5, .color = "#333333", .code = true});
    out.text({corner.x, corner.y + 53}, statistics(*g, s), {.size = 11.5, .color = "#555555"});
    draw_cube(out, *g, s, {corner.x + 22, corner.y + 66 + samples * slant_y + 8});
  }
  if (out.save(path)) return 0;
  std::fprintf(stderr, "%s cannot be written\n", path);
  return 1;
}
