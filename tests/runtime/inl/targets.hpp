// Runs a check on every target that the test was compiled for and this CPU has.
#pragma once

#include <doctest/doctest.h>
#include <hwy/highway.h>

#include <string>

namespace normfold::inl_test {

template <class Check>
void on_every_target(Check check) {
  int64_t left = hwy::SupportedTargets() & HWY_TARGETS;
  REQUIRE(left != 0);
  while (left != 0) {
    const int64_t target = left & -left;
    left &= left - 1;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    INFO("target ", std::string(hwy::TargetName(target)));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace normfold::inl_test
