// Results as a table for people and as JSON for programs.
#pragma once

#include <iosfwd>
#include <vector>

#include "measure.hpp"

namespace bench {

/// One group: a workload in one regime with one number of threads. Fractions carry their quartiles.
void print_group(std::ostream& out, const std::vector<result>& rows);

/// A list of objects, one for each row that was timed. max_error is the error on data of mean 1000, vs_best_peer is
/// null where no library has the layer, and missing for all but Normfold.
void write_json(std::ostream& out, const std::vector<result>& rows);

/// Per regime and number of threads: the geometric mean of the ratio to the best peer, and the rows that lose to it.
void print_summary(std::ostream& out, const std::vector<result>& rows);

}  // namespace bench
