// The layers of strided_test.cpp, their names with PREFIX in front: each library has functions of its own.
#pragma once

#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

inline constexpr struct head_ : axis<"head"> {
} head;

constexpr auto qk_norm = layer<PREFIX "qk_norm">(T, head, C) | over(C) | scale(eps = 1e-6) | gain(C);
constexpr auto row_norm = layer<PREFIX "row_norm">(N, T, C) | over(T, C) | center | scale | affine(C);
constexpr auto column_norm = layer<PREFIX "column_norm">(N, T, C) | over(T) | center | scale | affine(C);
constexpr auto group_rows = layer<PREFIX "group_rows">(T, C) | over(C / G) | center | scale | affine(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, qk_norm, row_norm, column_norm, group_rows); }
