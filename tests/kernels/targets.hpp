// The SIMD targets that the kernels were compiled for and this CPU has; one at a time can be made the chosen one.
// Kernels of another backend than Highway's are tested once, under the name of the best.
#pragma once

#include <hwy/highway.h>

#include <string>
#include <vector>

#include "trial.hpp"

namespace normfold::kernel_tests {

struct target {
  std::int64_t bit = 0;
  std::string name{};
  bool fuses = false;  ///< it has fused multiply-add
};

inline std::vector<target> targets() {
  std::vector<target> result;
  for (std::int64_t left = hwy::SupportedTargets() & tested().targets; left != 0; left &= left - 1) {
    const std::int64_t bit = left & -left;
#if HWY_ARCH_X86
    const bool fuses = bit != HWY_SCALAR && bit <= HWY_AVX2;  // newer targets have lower bits
#else
    const bool fuses = bit != HWY_SCALAR;
#endif
    result.push_back({bit, hwy::TargetName(bit), fuses});
  }
  if (tested().count > 0 && std::string(tested().functions[0].backend) != "highway") result.resize(1);
  return result;
}

/// Dispatches to one target; all of them again when it goes out of scope.
class chosen {
 public:
  explicit chosen(const target& t) { choose(t.bit); }
  ~chosen() { choose(0); }
  chosen(const chosen&) = delete;
  chosen& operator=(const chosen&) = delete;

 private:
  static void choose(std::int64_t bits) {
    hwy::SetSupportedTargetsForTest(bits);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace normfold::kernel_tests
