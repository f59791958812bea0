// Time against rows, columns and threads: what a table of a few shapes hides.
#pragma once

#include <iosfwd>
#include <string>

#include "storage.hpp"

namespace bench {

/// Measures, in `memory`, what has `filter` in "<sweep>: <size>" of the sweeps of growth.cpp and writes a list of objects: sweep, at
/// (the size that grows), workload, threads, regime, contender, bytes (read and written once), time_us, time_us_low, time_us_high.
/// Progress goes to stderr.
void measure_growth(std::ostream& out, storage& memory, const std::string& filter);

}  // namespace bench
