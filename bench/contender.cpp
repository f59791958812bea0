// The table of those who take part.
#include "contender.hpp"

namespace bench {

std::vector<contender> contenders_for(const workload& work, regime when) {
  std::vector<contender> all = copy_contenders(work, when);
  for (contender& one : plain_contenders(work)) all.push_back(std::move(one));
#ifdef BENCH_ONEDNN
  for (contender& one : onednn_contenders(work)) all.push_back(std::move(one));
#endif
  for (contender& one : normfold_contenders(work, when)) all.push_back(std::move(one));
  return all;
}

}  // namespace bench
