// RMSNorm as one would write it on paper (reference.hpp).
#include "reference.hpp"

#include <cmath>

std::vector<double> rms_norm(const std::vector<double>& row, const float* weight) {
  double squares = 0;
  for (const double each : row) squares += each * each;
  const double rms = std::sqrt(squares / static_cast<double>(row.size()) + 1e-6);
  std::vector<double> y(row.size());
  for (std::size_t c = 0; c < row.size(); ++c) y[c] = row[c] / rms * weight[c];
  return y;
}

double difference(const float* row, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t c = 0; c < expected.size(); ++c)
    largest = std::fmax(largest, std::fabs(row[c] - expected[c]) / std::fmax(1.0, std::fabs(expected[c])));
  return largest;
}
