// What a small network needs besides norms and random numbers: a matrix product, ReLU, and the standard deviation of
// all activations.
#pragma once

#include <cstddef>
#include <vector>

using tensor = std::vector<float>;

/// rows x inner times inner x columns, all dense.
tensor product(const tensor& a, const tensor& b, std::size_t rows, std::size_t inner, std::size_t columns);

void relu(tensor& x);
void add(tensor& x, const tensor& other);

/// Of all elements, in double.
double deviation(const tensor& x);
