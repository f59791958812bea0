// The matrix products of a network, by Eigen, which no other file includes. Row-major and dense; A^T is A transposed.
#pragma once

#include <cstddef>

/// C[rows, columns] = A[rows, inner] B[inner, columns]
void multiply(float* c, const float* a, const float* b, std::size_t rows, std::size_t inner, std::size_t columns);

/// C[rows, columns] = A[inner, rows]^T B[inner, columns]
void multiply_at(float* c, const float* a, const float* b, std::size_t rows, std::size_t inner, std::size_t columns);

/// C[rows, columns] += A[rows, inner] B[columns, inner]^T
void add_multiply_bt(float* c, const float* a, const float* b, std::size_t rows, std::size_t inner,
                     std::size_t columns);
