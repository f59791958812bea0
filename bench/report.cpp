// The writers of report.hpp.
#include "report.hpp"

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <ostream>

namespace bench {
namespace {

__attribute__((format(printf, 1, 2))) std::string format(const char* pattern, ...) {
  char text[512];
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(text, sizeof text, pattern, values);
  va_end(values);
  return text;
}

std::string time_text(double seconds) {
  return seconds < 1e-3 ? format("%.2f us", seconds * 1e6) : format("%.2f ms", seconds * 1e3);
}

std::string quoted(const std::string& text) {
  std::string all = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

}  // namespace

void print_group(std::ostream& out, const std::vector<result>& rows) {
  const result& first = rows.front();
  out << "\n"
      << first.workload << " " << first.type << ", " << name_of(first.when) << ", " << first.threads
      << (first.threads == 1 ? " thread" : " threads") << "\n";
  out << format("  %-26s %10s %24s %8s %9s %15s %8s %8s %10s\n", "contender", "time", "quartiles", "GB/s", "of limit",
                "quartiles", "vs peer", "vs loop", "error@1000");
  for (const result& r : rows) {
    if (r.wrong) {
      out << format("  %-26s WRONG: error %.1e, not timed ", r.contender.c_str(), r.found.error) << r.found.trouble
          << "\n";
      continue;
    }
    const std::string times = time_text(r.time.low) + " .. " + time_text(r.time.high);
    const auto ratio = [&](double value) {
      return r.is == kind::normfold && value > 0 ? format("%.2f", value) : std::string();
    };
    out << format("  %-26s %10s %24s %8.1f %8.3f%s %6.3f .. %5.3f %8s %8s %10s\n", r.contender.c_str(),
                  time_text(r.time.median).c_str(), times.c_str(), r.bytes_per_second / 1e9, r.fraction.median,
                  r.limit ? "*" : " ", r.fraction.low, r.fraction.high, ratio(r.vs_best_peer).c_str(),
                  ratio(r.vs_loop).c_str(),
                  r.is == kind::copy || !r.checked ? "" : format("%.1e", r.found.error_at_1000).c_str());
  }
  int dropped = 0;
  for (const result& r : rows) dropped += r.dropped;
  if (dropped > 0) out << "  (" << dropped << " samples repeated, since a thread waited for a core)\n";
  out << std::flush;
}

void write_json(std::ostream& out, const std::vector<result>& rows) {
  const auto number = [](const char* pattern, double value) {
    return std::isfinite(value) ? format(pattern, value) : std::string("null");
  };
  out << "[";
  const char* separator = "\n";
  for (const result& r : rows) {
    if (r.wrong || std::isnan(r.time.median)) continue;
    out << separator << "  {\"workload\": " << quoted(r.workload) << ", \"type\": " << quoted(r.type)
        << ", \"regime\": " << quoted(name_of(r.when)) << ", \"threads\": " << r.threads
        << ", \"contender\": " << quoted(r.contender);
    out << format(", \"time_us\": %.4f, \"time_us_low\": %.4f, \"time_us_high\": %.4f", r.time.median * 1e6,
                  r.time.low * 1e6, r.time.high * 1e6);
    out << format(", \"gb_per_s\": %.3f", r.bytes_per_second / 1e9);
    out << ", \"limit_fraction\": " << number("%.4f", r.fraction.median);
    if (r.is == kind::normfold) {
      out << ", \"vs_best_peer\": " << (r.vs_best_peer > 0 ? number("%.4f", r.vs_best_peer) : "null");
    }
    out << ", \"max_error\": " << number("%.4g", r.found.error_at_1000) << "}";
    separator = ",\n";
  }
  out << "\n]\n";
}

void print_summary(std::ostream& out, const std::vector<result>& rows) {
  struct ratio {
    double logarithms = 0;
    int count = 0;
  };
  std::map<std::string, ratio> groups;
  std::string slower;
  for (const result& r : rows) {
    if (r.is != kind::normfold || r.wrong || !(r.vs_best_peer > 0)) continue;
    ratio& g = groups[format("%s, %s, %d thread(s)", r.contender.c_str(), name_of(r.when), r.threads)];
    g.logarithms += std::log(r.vs_best_peer);
    ++g.count;
    if (r.vs_best_peer < 1) {
      slower += format("  %.2f  %s %s, %s, %d thread(s): %s\n", r.vs_best_peer, r.workload.c_str(), r.type.c_str(),
                       name_of(r.when), r.threads, r.contender.c_str());
    }
  }
  if (groups.empty()) return;
  out << "\nGeometric mean of (best peer's time / Normfold's time)\n";
  for (const auto& [name, g] : groups) {
    out << format("  %.2f  over %2d rows: %s\n", std::exp(g.logarithms / g.count), g.count, name.c_str());
  }
  out << (slower.empty() ? "No row is slower than its best peer.\n" : "Slower than the best peer:\n" + slower);
}

}  // namespace bench
