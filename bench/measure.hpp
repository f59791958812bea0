// Times all contenders of a workload in turns, so that a drift of the machine meets all of them alike.
#pragma once

#include <string>
#include <vector>

#include "contender.hpp"
#include "storage.hpp"

namespace bench {

/// A median with its quartiles.
struct spread {
  double median = 0, low = 0, high = 0;
};

/// One row of the report.
struct result {
  std::string workload, type, contender;
  regime when;
  int threads;
  kind is;
  bool limit;               ///< all fractions of this group are of this row's time
  bool wrong;               ///< its output is not what the layer computes; it was not timed
  double error;             ///< largest error on data of mean 0 and deviation 1
  double error_at_1000;     ///< the same at mean 1000
  spread time;              ///< seconds of one call
  spread fraction;          ///< the limit's time / this one's, round by round
  double bytes_per_second;  ///< all tensors, each as often as memory has to move it
  double vs_best_peer;      ///< the best peer's time / this time; 0 where there is no peer
  int dropped;              ///< samples that were repeated, since a thread waited for a core
};

struct plan {
  int rounds;
  std::string limit;  ///< the name of the copy to measure against; empty for the fastest of those marked
};

/// Checks every contender, then times those that are right.
std::vector<result> measure(const workload& work, regime when, team& threads, storage& memory, const plan& how);

}  // namespace bench
