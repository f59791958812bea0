// Products of maps onto plain memory (matrix.hpp).
#include "matrix.hpp"

#include <Eigen/Core>

namespace {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<matrix> map(float* data, std::size_t rows, std::size_t columns) {
  return {data, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
}
Eigen::Map<const matrix> map(const float* data, std::size_t rows, std::size_t columns) {
  return {data, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
}

}  // namespace

void multiply(float* c, const float* a, const float* b, std::size_t rows, std::size_t inner, std::size_t columns) {
  map(c, rows, columns).noalias() = map(a, rows, inner) * map(b, inner, columns);
}

void multiply_at(float* c, const float* a, const float* b, std::size_t rows, std::size_t inner, std::size_t columns) {
  map(c, rows, columns).noalias() = map(a, inner, rows).transpose() * map(b, inner, columns);
}

void add_multiply_bt(float* c, const float* a, const float* b, std::size_t rows, std::size_t inner,
                     std::size_t columns) {
  map(c, rows, columns).noalias() += map(a, rows, inner) * map(b, columns, inner).transpose();
}
