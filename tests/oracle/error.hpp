// How far a correct kernel may be from the exact value: running error analysis, op by op, beside the interpreter.
//
//   unit u        2^-24, or 2^-53 for f64: kernels compute in f32 (f64) and round once for each op.
//   an op f       sum over arguments of |f(.., a +- e_a, ..) - f(.., a, ..)|, evaluated by the op's own reference, plus
//                 `roundings(f)` * u * |f|. Conditions and steps (select, round, storage) need no case of their own.
//   a sum         depth * u * sum|terms|. Kernels read runs of elements that are neighbours in memory, spread each over a
//                 fixed number of lanes (32 floats or 16 doubles), cut it every 1024 steps, add one run's lanes to the
//                 next one's, and the lanes in a tree: k additions one after another err by at most k u. (The smaller
//                 lambda sqrt(k) u of Higham and Mary 2019 supposes errors of both signs: a row of one outlier and many
//                 equal elements rounds the same way each time.)
//   a - mean(a)   is formed as (a - K) - dm with K near the mean, so it errs by the spread of the row, not by the size of
//                 its mean: u (2 |c| + P) + depth u (D + P), with D = mean|c| and P = |K - mean|. Constant rows: 0.
//   its variance  E[(a - K)^2] - dm^2: depth u (R^2 + P^2) + 2 P |error of dm|, with R^2 the variance. Kernels take the
//                 sums again about the mean where dm^2 > 4 R^2; elsewhere P comes from the row's own first block.
//   storing       the last rounding is the comparison's: round(v - e) <= stored <= round(v + e).
//
// Range: a value that leaves the range of the arithmetic has no bound, except squares on their way into a reduction and
// what is computed from that reduction alone, which kernels scale by a power of two.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace normfold::oracle {

/// |K - mean| in deviations of the row beyond which kernels choose K again.
inline constexpr double reach = 2;

/// What the oracle's own arithmetic adds to any bound.
inline constexpr double own_unit = 0x1p-63;

/// How many roundings of its result an op may make.
inline double roundings(std::string_view op) {
  for (const std::string_view exact : {"neg", "abs", "max", "min", "less", "less_equal", "select", "round", "storage"})
    if (op == exact) return 0;
  for (const std::string_view once : {"add", "sub", "mul", "div", "sq", "sqrt"})
    if (op == once) return 1;
  if (op == "rsqrt") return 2;  // 1 / sqrt(x)
  return 4;                     // what math-inl.h promises for exp, log, tanh, sigmoid and erf
}

/// Roundings of a sum of n terms relative to the sum of their sizes; runs of `run` neighbours, `lanes` partial sums.
inline double depth(double n, double run, double lanes) {
  const double steps = std::ceil(run / lanes);
  const double tree = 2 + std::log2(std::min(run, lanes));
  return n / run - 1 + std::min(steps, 1024.0) + steps / 1024 + tree;
}

}  // namespace normfold::oracle
