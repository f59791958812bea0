// What the kernels should give, as plain loops in double.
#pragma once

#include <cstddef>
#include <vector>

/// RMSNorm of one row with eps 1e-6: row / sqrt(mean(row^2) + eps) * weight.
std::vector<double> rms_norm(const std::vector<double>& row, const float* weight);

/// The largest difference between a row in f32 and one in double, relative to max(1, |double|).
double difference(const float* row, const std::vector<double>& expected);
