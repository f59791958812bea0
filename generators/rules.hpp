// Rewrites from graph to graph. `canonical` brings every spelling of a layer to one graph; `shift_moments` makes
// variances accurate in one sweep; `for_direction` picks what one generated function computes.
#pragma once

#include <string>

#include "ir.hpp"

namespace normfold::gen {

/// Post-conditions: no two equal nodes; products flat, ordered (element value, statistics, parameters) with the constant
/// last; a / sqrt(b) is a * rsqrt(b); mean(sq(b)) - sq(mean(b)) is mean(sq(b - mean(b))); reductions only over axes along
/// which their operand varies; numbered depth first from the outputs.
ir::graph canonical(const ir::graph& layer);

class builder;
/// A node in that form, added to `b`, whose nodes are canonical already.
int simplified(builder& b, ir::node n);

enum class direction { infer, train, backward, backward_recompute, backward_from_y, backward_frozen };
inline bool is_backward(direction d) { return d >= direction::backward; }
std::string to_text(direction d);

/// infer: the outputs; running statistics are given. train: also the named statistics and the updated running ones.
/// backward: the gradients (gradient.hpp), from the statistics that train wrote, from x alone,
/// from y instead of x, or of infer.
ir::graph for_direction(const ir::graph& canonical_layer, direction d);

/// b - mean(b) becomes (b - K) - dm with K near the mean (`pivot`) and dm = mean(b - K); the mean is K + dm, and
/// mean(sq(b - mean(b))) becomes mean(sq(b - K)) - sq(dm): sums of both kinds in one sweep, exact zeros on constant rows.
ir::graph shift_moments(const ir::graph& g);

/// (v - mean) * rstd * weight + bias becomes v * a + b, with a = rstd * weight and b = bias - mean * a, where mean and rstd
/// are given and so nothing but v varies along every axis. Statistics that are computed stay as they are.
ir::graph as_multiply_add(const ir::graph& g);
/// For a memory order (atoms, outermost first) that ends with a short part of a split axis: a reduction over it and over
/// loops further out becomes one by columns and one over the few columns. Moments are not yet shifted.
ir::graph two_levels(const ir::graph& g, const std::vector<int>& order);

/// Where every reduction has one scope: computes on x * `scale`, a power of two for each slice that is 1 unless squares
/// would overflow or vanish, and takes its powers out again wherever a value leaves (`unscale` is 1 / scale). Otherwise
/// the graph itself.
ir::graph rescale(const ir::graph& g);

/// (v * rstd) * weight becomes v * (rstd * weight) where both factors are the same along some axis: one product for all of its
/// elements.
ir::graph join_factors(const ir::graph& g);
/// ((v - K) - dm) * f + b becomes (v - K) * f + (b - dm * f), where dm, f and b are the same along some axis: dm, a mean about the
/// pivot K, is no larger than what v spreads, so that nothing is lost. Moments are shifted.
ir::graph join_offsets(const ir::graph& g);

/// One line a node: what `--graph` prints, and what tests compare.
std::string to_text(const ir::graph& g);

}  // namespace normfold::gen
