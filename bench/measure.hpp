// Times all contenders of a workload in turns, so that a drift of the machine meets all of them alike.
#pragma once

#include <string>
#include <vector>

#include "contender.hpp"
#include "judge.hpp"
#include "statistics.hpp"
#include "storage.hpp"

namespace bench {

/// One row of the report.
struct result {
  std::string workload, type, contender;
  regime when;
  int threads;
  kind is;
  bool limit;               ///< all fractions of this group are of this row's time
  bool checked;             ///< false: a limit of time alone, with no error and no ratio to others
  bool wrong;               ///< its output is not what the layer computes; it was not timed
  verdict found;            ///< its errors
  spread time;              ///< seconds of one call
  spread fraction;          ///< the limit's time / this one's, round by round
  double bytes_per_second;  ///< all tensors, each as often as memory has to move it
  double vs_best_peer;      ///< the best library's time / this time; 0 where there is none
  double vs_loop;           ///< the plain loop's time / this time; 0 where there is none
  int dropped;              ///< samples that were repeated, since a thread waited for a core
};

struct plan {
  int rounds;
  std::string limit{};  ///< the name of the copy to measure against; empty for the fastest of those marked
  bool keeps = false;   ///< also with ordinary stores in any regime
  bool few = false;     ///< one contender of a kind, and no Python: for many sizes
};

/// Checks the contenders, then times those that are right, in another order each round.
std::vector<result> measure(const workload& work, regime when, team& threads, storage& memory, judge& check,
                            const plan& how);

}  // namespace bench
