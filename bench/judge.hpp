// Checks what contenders compute before they are timed, once for each workload and number of threads.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "contender.hpp"
#include "reference.hpp"
#include "storage.hpp"

namespace bench {

struct verdict {
  double error = 0;          ///< the largest error on data of mean 0 and deviation 1
  double error_at_1000 = 0;  ///< the same at mean 1000
  std::string trouble{};     ///< what a library said instead of computing
};

class judge {
 public:
  /// One verdict for each contender; errors of those that are not checked are NaN. Uses the first slot of `memory`,
  /// which is prepared for the workload.
  std::vector<verdict> check(const workload& work, const std::vector<contender>& all, team& threads, storage& memory);

 private:
  const workload* work_ = nullptr;
  std::array<std::unique_ptr<reference>, 2> references_;
  std::map<std::pair<int, std::string>, verdict> known_;  // by threads and name
};

}  // namespace bench
