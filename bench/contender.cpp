// The table of those who take part.
#include "contender.hpp"

namespace bench {

std::vector<contender> contenders_for(const workload& work, regime when, [[maybe_unused]] const tensors& parameters,
                                      [[maybe_unused]] int threads, bool keeps) {
  std::vector<contender> all = copy_contenders(work, when);
  for (contender& one : plain_contenders(work)) all.push_back(std::move(one));
#ifdef BENCH_ONEDNN
  for (contender& one : onednn_contenders(work, threads)) all.push_back(std::move(one));
#endif
#ifdef BENCH_TORCH
  for (contender& one : torch_contenders(work)) all.push_back(std::move(one));
#endif
#ifdef BENCH_PYTHON
  for (contender& one : python_contenders(work, parameters, threads)) all.push_back(std::move(one));
#endif
  for (contender& one : normfold_contenders(work, when, threads, keeps)) all.push_back(std::move(one));
  return all;
}

}  // namespace bench
