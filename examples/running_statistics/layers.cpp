// BatchNorm with three conventions of running statistics, and without any: it then knows the batch alone.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

constexpr auto batch_alone = layer<"batch_alone">(N, C) | over(N) | center | scale;
constexpr auto fast = layer<"fast">(N, C) | over(N) | center | scale | running(momentum = 0.1);
constexpr auto slow = layer<"slow">(N, C) | over(N) | center | scale | running(keep = 0.99, biased);
constexpr auto cumulative = layer<"cumulative">(N, C) | over(N) | center | scale | running(average);

int main(int argc, char** argv) { return normfold::generate(argc, argv, batch_alone, fast, slow, cumulative); }
