// The method: rounds of one sample for each contender, ratios within a round, medians over rounds.
#include "measure.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <thread>

#include "reference.hpp"

namespace bench {
namespace {

constexpr int tries = 3;
constexpr std::size_t enough = 3;
constexpr double disturbed = 0.01;      // of a sample's time, waiting for a core
constexpr double busy = 0.1;            // the same, where threads of a library wait for each other too
constexpr double grossly_wrong = 0.25;  // others with less of an error are timed: they compute the same, less exactly
constexpr double longest = 1.5;         // seconds that one contender may take of a group, once it has enough samples

// Bytes of one tensor that a sample of a cold workload moves, and before it the warming that replaces the dirty lines
// of the contender before: the size of the last cache, in bounds.
std::size_t cold_sample_bytes() {
  constexpr std::size_t least = std::size_t{16} << 20, most = std::size_t{64} << 20;
#ifdef _SC_LEVEL3_CACHE_SIZE
  const long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
  if (cache > 0) return std::clamp(static_cast<std::size_t>(cache), least, most);
#endif
  return most;
}

// Runs through the slots far from one another, so that no prefetch meets the next call's data.
class rotation {
 public:
  rotation(const storage& memory, regime when) : memory_(memory), when_(when) {
    if (when == regime::cold) step_ = static_cast<std::size_t>(0.618 * static_cast<double>(memory.slots())) | 1;
    while (std::gcd(step_, memory.slots()) != 1) ++step_;
    cold_calls_ = (cold_sample_bytes() + memory.slot_bytes() - 1) / memory.slot_bytes();
  }

  tensors next(std::size_t contender) {
    if (when_ == regime::hot) return memory_.slot(contender % memory_.slots());
    place_ = (place_ + step_) % memory_.slots();
    return memory_.slot(place_);
  }

  // Calls in a sample: enough to move the last cache's size (cold, unless they take long), or to take 300 microseconds.
  std::size_t calls(double seconds_of_one) const {
    const bool cold = when_ == regime::cold;
    return calls_in(cold ? 3e-2 : 3e-4, seconds_of_one, cold ? cold_calls_ : 4096);
  }
  // Calls before it. What lies in the second cache's victims, not in itself, is where it stays after three or four.
  std::size_t calls_before(double seconds_of_one) const {
    return when_ == regime::cold ? calls(seconds_of_one) : calls_in(1.2e-3, seconds_of_one, 4096);
  }

 private:
  static std::size_t calls_in(double seconds, double seconds_of_one, std::size_t most) {
    return static_cast<std::size_t>(std::clamp(seconds / seconds_of_one, 1.0, static_cast<double>(most)));
  }

  const storage& memory_;
  regime when_;
  std::size_t step_ = 1, place_ = 0, cold_calls_ = 1;
};

struct candidate {
  contender who;
  std::size_t index = 0, calls = 1, calls_before = 1;
  result row{};
  double spent = 0;             // seconds
  std::vector<double> times{};  // one a round, NaN where it was left out
  std::vector<double> waits{};  // one a round: the share of its time that threads waited for a core
};

double call(const candidate& c, std::size_t calls, rotation& slots, team& threads) {
  const double start = seconds();
  for (std::size_t i = 0; i < calls; ++i) c.who.run(slots.next(c.index), threads);
  return (seconds() - start) / static_cast<double>(calls);
}

// Adds one sample: the try in which the threads waited least for a core.
void sample(candidate& c, rotation& slots, team& threads) {
  if (c.spent > longest && c.times.size() >= enough) {
    c.times.push_back(std::numeric_limits<double>::quiet_NaN());
    c.waits.push_back(1);
    return;
  }
  const double start = seconds();
  double best_time = 0, least_waited = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < tries; ++attempt) {
    threads.wake();
    call(c, c.calls_before, slots, threads);
    const long long before = team::waited();
    threads.wake();
    const double time = call(c, c.calls, slots, threads);
    const double waited = 1e-9 * static_cast<double>(team::waited() - before) / (time * static_cast<double>(c.calls));
    if (waited < least_waited) {
      best_time = time;
      least_waited = waited;
    }
    if (waited < disturbed) break;
    ++c.row.dropped;
  }
  c.times.push_back(best_time);
  c.waits.push_back(least_waited);
  c.spent += seconds() - start;
  if (c.who.own_threads && threads.threads() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// The times, or the limit's times over them, of each round in which no thread waited for a core; where too few are
// left, of those in which they waited least.
std::vector<double> undisturbed(const candidate& limit, const candidate& c, bool as_ratio) {
  std::vector<std::pair<double, double>> all;  // waiting, value
  for (std::size_t r = 0; r < c.times.size(); ++r) {
    const double value = as_ratio ? limit.times[r] / c.times[r] : c.times[r];
    if (!std::isnan(value)) all.emplace_back(std::max(c.waits[r], limit.waits[r]), value);
  }
  std::sort(all.begin(), all.end());
  std::vector<double> some;
  for (const auto& [waited, value] : all) {
    if (some.size() < enough || waited < disturbed) some.push_back(value);
  }
  return some;
}

// The copy that the group is measured against: the one asked for, or the fastest of those marked.
candidate& limit_of(std::vector<candidate>& all, const std::string& asked) {
  candidate* best = nullptr;
  for (candidate& c : all) {
    const bool eligible = asked.empty() ? c.who.limit : c.who.is == kind::copy && c.who.name == asked;
    if (eligible && (best == nullptr || c.row.time.median < best->row.time.median)) best = &c;
  }
  return best == nullptr ? all.front() : *best;
}

double best_time(const std::vector<candidate>& all, kind is) {
  double best = 0;
  for (const candidate& c : all) {
    const double time = c.row.time.median;
    if (c.who.is == is && !c.row.wrong && (best == 0 || time < best)) best = time;
  }
  return best;
}

}  // namespace

std::vector<result> measure(const workload& work, regime when, team& threads, storage& memory, judge& check,
                            const plan& how) {
  // Hot: each has a buffer of its own, so that none meets the dirty lines of another; what no cache holds may be
  // shared.
  const std::size_t own = std::clamp<std::size_t>((std::size_t{512} << 20) / work.tensor_bytes(), 1, most_contenders);
  memory.prepare(work, own, when == regime::cold ? cold_bytes : 0);
  std::vector<contender> contenders = contenders_for(work, when, memory.slot(0), threads.threads(), how.keeps);
  if (how.few) {
    std::erase_if(contenders, [](const contender& c) {
      return c.is == kind::copy ? !c.limit : c.prepare || c.name.find(',') != std::string::npos;
    });
  }
  const std::vector<verdict> verdicts = check.check(work, contenders, threads, memory);
  std::vector<candidate> all;
  for (const contender& one : contenders) {
    candidate c{one, all.size()};
    c.row.workload = work.name();
    c.row.type = name_of(work.type);
    c.row.contender = one.name;
    c.row.when = when;
    c.row.threads = threads.threads();
    c.row.is = one.is;
    c.row.found = verdicts[all.size()];
    c.row.checked = one.checked;
    const bool is_other = one.is == kind::peer || one.is == kind::loop;
    c.row.wrong = one.checked && !(c.row.found.error <= (is_other ? grossly_wrong : tolerance(work)));
    all.push_back(std::move(c));
  }

  rotation slots(memory, when);
  std::vector<candidate*> order;
  for (candidate& c : all) {
    if (c.row.wrong) continue;
    order.push_back(&c);
    for (std::size_t i = 0; c.who.prepare && i < memory.slots(); ++i) c.who.prepare(memory.slot(i));
    call(c, 1, slots, threads);
    const double one = call(c, 1, slots, threads);
    c.calls = slots.calls(one);
    c.calls_before = slots.calls_before(one);
  }
  std::mt19937 random(1);
  for (int round = 0; round < how.rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (candidate* c : order) sample(*c, slots, threads);
  }

  for (candidate& c : all) c.row.time = spread_of(undisturbed(c, c, false));
  candidate& limit = limit_of(all, how.limit);
  limit.row.limit = true;
  const double best_peer = best_time(all, kind::peer), loop = best_time(all, kind::loop);
  // Threads that meet at barriers lose far more to a busy machine than those that share out what is left: no ratio
  // then.
  const bool compare = threads.threads() == 1 || std::none_of(all.begin(), all.end(), [](const candidate& c) {
                         return c.who.is == kind::peer && spread_of(c.waits).median > busy;
                       });
  std::vector<result> rows;
  for (candidate& c : all) {
    c.row.fraction = spread_of(undisturbed(limit, c, true));
    c.row.bytes_per_second = static_cast<double>(work.traffic()) / c.row.time.median;
    c.row.vs_best_peer = compare && c.row.checked ? best_peer / c.row.time.median : 0;
    c.row.vs_loop = c.row.checked ? loop / c.row.time.median : 0;
    rows.push_back(c.row);
  }
  return rows;
}

}  // namespace bench
