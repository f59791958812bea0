// What a call costs beside its elements: checks, and the way to the kernel of this processor.
#pragma once

#include <iosfwd>

namespace bench {

/// Prints nanoseconds a call, medians with quartiles: the checks of a function (of a call without rows, which ends with them), a
/// dispatch by Highway to a kernel that does nothing, both together, and whole calls of one short row.
void measure_calls(std::ostream& out);

}  // namespace bench
