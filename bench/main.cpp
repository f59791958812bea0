// The benchmark's command line. Progress goes to stderr, the table to stdout.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "calls.hpp"
#include "growth.hpp"
#include "report.hpp"

namespace {

constexpr const char* usage = R"(normfold_bench [options]
  Times Normfold's kernels against copies of the same bytes (the limit), plain loops and libraries.
  --full             all workloads, the short list first; otherwise that alone
  --list             print the names and stop
  --workload NAME    instead of the list, this one, such as "LN 300x1000" or "GN NHWC 2x96x40x40 G=8 bf16"; may be repeated
  --filter TEXT      only what has TEXT in "<workload> <type> <regime> <threads>T", as --list prints it
  --threads A[,B]    numbers of threads, default 1,2
  --rounds N         samples of each contender, default 7
  --limit NAME       measure against this copy, such as "copy far ahead"; default "copy four pages", in the hot
                     regime the faster of that and "copy in cache"
  --keep             also Highway's and Halide's kernels with ordinary stores, in any regime
  --huge-pages       tensors in pages of 2 MiB, where the system gives them
  --json FILE        also write the results to FILE
  --calls            instead: what a call costs beside its elements
  --growth FILE      instead: time against rows, columns and threads, to FILE as JSON; --filter goes by "<sweep>: <size>"
)";

struct options {
  bool full = false, list = false, calls = false, keep = false, huge_pages = false;
  std::string filter, json, growth, limit;
  std::vector<bench::workload> named;
  std::vector<int> threads = {1, 2};
  int rounds = 0;
};

int number(const char* text) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || value < 1 || value > 1024) {
    throw std::runtime_error(std::string(text) + " is not a number from 1 to 1024");
  }
  return static_cast<int>(value);
}

options parse(int argc, char** argv) {
  options o;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> const char* {
      if (i + 1 == argc) throw std::runtime_error(word + " needs a value");
      return argv[++i];
    };
    if (word == "--full") {
      o.full = true;
    } else if (word == "--list") {
      o.list = true;
    } else if (word == "--calls") {
      o.calls = true;
    } else if (word == "--keep") {
      o.keep = true;
    } else if (word == "--huge-pages") {
      o.huge_pages = true;
    } else if (word == "--workload") {
      o.named.push_back(bench::workload_named(value()));
    } else if (word == "--filter") {
      o.filter = value();
    } else if (word == "--json") {
      o.json = value();
    } else if (word == "--growth") {
      o.growth = value();
    } else if (word == "--limit") {
      o.limit = value();
    } else if (word == "--rounds") {
      o.rounds = number(value());
    } else if (word == "--threads") {
      const char* text = value();
      o.threads = {number(text)};
      while ((text = std::strchr(text, ',')) != nullptr) o.threads.push_back(number(++text));
    } else if (word == "--help") {
      std::cout << usage;
      std::exit(0);
    } else {
      throw std::runtime_error("unknown option " + word + "\n" + usage);
    }
  }
  if (o.rounds == 0) o.rounds = 7;
  return o;
}

// One group of the report.
struct job {
  const bench::workload* work;
  bench::regime when;
  int threads;
  std::string label;
};

std::vector<job> jobs_of(const std::vector<bench::workload>& all, const options& o) {
  std::vector<job> jobs;
  for (const bench::workload& work : all) {
    if (!o.full && !work.quick && o.named.empty()) continue;
    for (bench::regime when : {bench::regime::hot, bench::regime::cold}) {
      for (int threads : o.threads) {
        const std::string label =
            work.name() + " " + name_of(work.type) + " " + name_of(when) + " " + std::to_string(threads) + "T";
        if (label.find(o.filter) != std::string::npos) jobs.push_back({&work, when, threads, label});
      }
    }
  }
  std::stable_partition(jobs.begin(), jobs.end(), [](const job& j) { return j.work->quick; });
  return jobs;
}

int run(const options& o) {
  const std::vector<bench::workload> all = o.named.empty() ? bench::all_workloads() : o.named;
  const std::vector<job> jobs = jobs_of(all, o);
  if (o.list) {
    for (const job& j : jobs) std::cout << j.label << "\n";
    return 0;
  }
  if (o.calls) {
    bench::measure_calls(std::cout);
    return 0;
  }
  bench::storage memory(o.huge_pages);
  if (!o.growth.empty()) {
    std::ofstream growth(o.growth);
    if (!growth) throw std::runtime_error("cannot write " + o.growth);
    bench::measure_growth(growth, memory, o.filter);
    return 0;
  }
  std::ofstream json;
  if (!o.json.empty()) {
    json.open(o.json);
    if (!json) throw std::runtime_error("cannot write " + o.json);
  }
  bench::judge check;
  std::vector<bench::result> rows;
  bool right = true;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    std::cerr << "[" << i + 1 << "/" << jobs.size() << "] " << jobs[i].label << std::endl;
    bench::team threads(jobs[i].threads);
    const auto group = bench::measure(*jobs[i].work, jobs[i].when, threads, memory, check,
                                      {.rounds = o.rounds, .limit = o.limit, .keeps = o.keep});
    bench::print_group(std::cout, group);
    for (const bench::result& r : group) right = right && !(r.wrong && r.is != bench::kind::peer);
    rows.insert(rows.end(), group.begin(), group.end());
    if (!json.is_open()) continue;
    json.seekp(0);  // what is measured stays if the run is stopped; the file only grows
    bench::write_json(json, rows);
    json.flush();
  }
  bench::print_summary(std::cout, rows);
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(parse(argc, argv));
  } catch (const std::exception& mistake) {
    std::cerr << "normfold_bench: " << mistake.what() << "\n";
    return 2;
  }
}
