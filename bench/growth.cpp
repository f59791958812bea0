// The sweeps of growth.hpp. A new one is a function that adds its points, and a line in measure_growth().
#include "growth.hpp"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <iostream>
#include <ostream>
#include <sstream>
#include <string>
#include <thread>

#include "measure.hpp"

namespace bench {
namespace {

struct point {
  const char* sweep;
  std::size_t at;  // the size that grows
  workload work;
  int threads = 1;
  regime when = regime::hot;

  std::string label() const { return std::string(sweep) + ": " + std::to_string(at); }
};

constexpr std::size_t most = std::size_t{1} << 27;  // elements of a tensor, of which 1 GiB is read and written

// Powers of two, their neighbours where an element counts, and what is a multiple of nothing in between.
std::vector<std::size_t> sizes_up_to(std::size_t last) {
  std::vector<std::size_t> sizes;
  for (std::size_t power = 1; power <= last; power *= 2) {
    for (const std::size_t size : {power - 1, power, power + 1, power + power * 3 / 8 + 1}) {
      const bool neighbour = size == power - 1 || size == power + 1;
      if (size > 0 && size <= last && !(neighbour && power > 8192)) sizes.push_back(size);
    }
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

void grow_columns(std::vector<point>& points) {
  for (std::size_t c : sizes_up_to(most)) points.push_back({"columns of one row", c, layer_norm_of(1, c)});
}

void grow_rows(std::vector<point>& points) {
  for (std::size_t power = 1; power <= most / 1024; power *= 2) {
    points.push_back({"rows of 1024", power, layer_norm_of(power, 1024)});
    if (power > 2 && power < most / 1024) {
      points.push_back({"rows of 1024", power * 11 / 8 + 1, layer_norm_of(power * 11 / 8 + 1, 1024)});
    }
  }
}

void grow_threads(std::vector<point>& points) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  for (const auto& [name, rows, columns] :
       {std::tuple("threads, 512x768", 512, 768), std::tuple("threads, 4096x4096", 4096, 4096)}) {
    const workload work = layer_norm_of(static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
    for (int threads = 1; threads <= 2 * cores && threads <= 64; ++threads) {
      points.push_back({name, static_cast<std::size_t>(threads), work, threads});
    }
  }
}

// Where rows lie a multiple of a page apart, and beside it.
void alias_pages(std::vector<point>& points) {
  for (std::size_t c : std::initializer_list<std::size_t>{1000, 1008, 1016, 1023, 1024, 1025, 1032, 1040, 2032, 2048,
                                                          2064, 4080, 4096, 4112, 8176, 8192, 8208}) {
    points.push_back({"columns of 1024 rows", c, layer_norm_of(1024, c)});
  }
  for (std::size_t c : std::initializer_list<std::size_t>{240, 250, 255, 256, 257, 272, 500, 511, 512, 513, 528, 1008,
                                                          1023, 1024, 1025, 1040}) {
    points.push_back({"channels of BN NHWC, 16 images of 14x14", c, batch_norm_of(16, c, 14)});
  }
}

}  // namespace

void measure_growth(std::ostream& out, storage& memory, const std::string& filter) {
  std::vector<point> points;
  grow_columns(points);
  grow_rows(points);
  grow_threads(points);
  alias_pages(points);
  points.erase(std::remove_if(points.begin(), points.end(),
                              [&](const point& p) { return p.label().find(filter) == std::string::npos; }),
               points.end());
  // The largest last: they take most of the time, and a stopped run has all the others.
  std::stable_sort(points.begin(), points.end(),
                   [](const point& a, const point& b) { return a.work.size.elements() < b.work.size.elements(); });
  judge check;
  std::string text;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const point& p = points[i];
    std::cerr << "[" << i + 1 << "/" << points.size() << "] " << p.label() << std::endl;
    team threads(p.threads);
    plan how{p.work.tensor_bytes() > (std::size_t{64} << 20) ? 3 : 7};
    how.few = true;
    for (const result& r : measure(p.work, p.when, threads, memory, check, how)) {
      if (r.wrong) continue;
      char numbers[256];
      std::snprintf(numbers, sizeof numbers,
                    "\"threads\": %d, \"regime\": \"%s\", \"bytes\": %zu, \"time_us\": %.5f, \"time_us_low\": %.5f, "
                    "\"time_us_high\": %.5f}",
                    r.threads, name_of(r.when), p.work.traffic(), r.time.median * 1e6, r.time.low * 1e6,
                    r.time.high * 1e6);
      std::ostringstream one;
      one << "  {\"sweep\": \"" << p.sweep << "\", \"at\": " << p.at << ", \"workload\": \"" << r.workload
          << "\", \"contender\": \"" << r.contender << "\", " << numbers;
      text += (text.empty() ? "[\n" : ",\n") + one.str();
    }
    out.seekp(0);  // what is measured stays if the run is stopped
    out << text << "\n]\n" << std::flush;
  }
}

}  // namespace bench
