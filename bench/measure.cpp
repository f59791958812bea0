// The method: rounds of one sample for each contender, ratios within a round, medians over rounds.
#include "measure.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "reference.hpp"

namespace bench {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr int tries = 4;
constexpr std::size_t enough = 3;

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

spread spread_of(std::vector<double> values) {
  if (values.empty()) return {none, none, none};
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    const std::size_t below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.5), at(0.25), at(0.75)};
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

  // Calls in a sample: enough to move the last cache's size (cold), or to take 300 microseconds (hot).
  std::size_t calls(double seconds_of_one) const {
    if (when_ == regime::cold) return cold_calls_;
    return static_cast<std::size_t>(std::clamp(3e-4 / seconds_of_one, 1.0, 4096.0));
  }

 private:
  const storage& memory_;
  regime when_;
  std::size_t step_ = 1, place_ = 0, cold_calls_ = 1;
};

struct candidate {
  contender who;
  std::size_t index = 0;
  result row{};
  std::vector<double> times{};    // one a round
  std::vector<bool> disturbed{};  // one a round: a thread waited for a core in every try
};

double call(candidate& c, rotation& slots, team& threads, std::size_t calls) {
  const double start = seconds();
  for (std::size_t i = 0; i < calls; ++i) c.who.run(slots.next(c.index), threads);
  return (seconds() - start) / static_cast<double>(calls);
}

// Adds one sample: the try in which the threads waited least for a core.
void sample(candidate& c, rotation& slots, team& threads, std::size_t calls) {
  double best_time = 0, least_waited = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < tries; ++attempt) {
    threads.wake();
    call(c, slots, threads, calls);
    const long long before = threads.waited();
    threads.wake();
    const double time = call(c, slots, threads, calls);
    const double waited = 1e-9 * static_cast<double>(threads.waited() - before) / (time * static_cast<double>(calls));
    if (waited < least_waited) {
      best_time = time;
      least_waited = waited;
    }
    if (waited < 0.01) break;
    ++c.row.dropped;
  }
  c.times.push_back(best_time);
  c.disturbed.push_back(least_waited >= 0.01);
}

void check(std::vector<candidate>& all, const workload& work, team& threads, storage& memory) {
  const tensors t = memory.slot(0);
  for (const double mean : {0.0, 1000.0}) {
    memory.fill(0, mean);
    const reference judge(work, t);
    for (candidate& c : all) {
      memory.clear_outputs(0);
      c.who.run(t, threads);
      const double error = c.who.is == kind::copy ? copy_error(work, t) : judge.max_error(t);
      (mean == 0.0 ? c.row.error : c.row.error_at_1000) = error;
    }
  }
  memory.fill(0, 0);
  for (candidate& c : all) c.row.wrong = !(c.row.error <= tolerance(work));
}

// The times, or the limit's times over them, of each round in which neither was disturbed, or of all rounds where too
// few are left.
std::vector<double> undisturbed(const candidate& limit, const candidate& c, bool as_ratio) {
  std::vector<double> some, all;
  for (std::size_t r = 0; r < c.times.size(); ++r) {
    all.push_back(as_ratio ? limit.times[r] / c.times[r] : c.times[r]);
    if (!c.disturbed[r] && !limit.disturbed[r]) some.push_back(all.back());
  }
  return some.size() < enough ? all : some;
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

}  // namespace

std::vector<result> measure(const workload& work, regime when, team& threads, storage& memory, const plan& how) {
  std::vector<candidate> all;
  for (contender& one : contenders_for(work, when)) {
    candidate c{std::move(one), all.size()};
    c.row.workload = work.name();
    c.row.type = name_of(work.type);
    c.row.contender = c.who.name;
    c.row.when = when;
    c.row.threads = threads.threads();
    c.row.is = c.who.is;
    all.push_back(std::move(c));
  }
  memory.prepare(work, all.size(), when == regime::cold ? cold_bytes : 0);
  check(all, work, threads, memory);

  rotation slots(memory, when);
  call(all.front(), slots, threads, 1);
  const std::size_t calls = slots.calls(call(all.front(), slots, threads, 1));
  for (int round = 0; round < how.rounds; ++round) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      candidate& c = all[(k + static_cast<std::size_t>(round)) % all.size()];
      if (!c.row.wrong) sample(c, slots, threads, calls);
    }
  }

  for (candidate& c : all) c.row.time = spread_of(undisturbed(c, c, false));
  candidate& limit = limit_of(all, how.limit);
  limit.row.limit = true;
  double best_peer = 0;
  for (const candidate& c : all) {
    const double time = c.row.time.median;
    if (c.who.is == kind::peer && !c.row.wrong && (best_peer == 0 || time < best_peer)) best_peer = time;
  }
  std::vector<result> rows;
  for (candidate& c : all) {
    c.row.fraction = spread_of(undisturbed(limit, c, true));
    c.row.bytes_per_second = static_cast<double>(work.traffic()) / c.row.time.median;
    c.row.vs_best_peer = best_peer / c.row.time.median;
    rows.push_back(c.row);
  }
  return rows;
}

}  // namespace bench
