// What theory and the literature say the experiments must show.
#pragma once

#include <vector>

#include "experiment.hpp"

/// Prints each figure beside its bounds. Returns whether all are within them. The bounds of BN and LN are those of one
/// run, which few seeds meet; what holds for all is the mean over seeds.
bool agrees_with_the_known(const std::vector<curve>& plain, const std::vector<spread>& seeds,
                           const std::vector<curve>& residual);
