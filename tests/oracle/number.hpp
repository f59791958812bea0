// The element types in memory, rounded and coded here without any code of the runtime, so that the oracle judges it.
// To add a type, add its row in number.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace normfold::oracle {

enum class number : std::uint8_t { f32, f64, bf16, f16 };

/// "f32", "f64", "bf16", "f16"; throws std::invalid_argument on any other text.
number number_of(std::string_view text);
std::string_view to_text(number type);
std::size_t bytes_of(number type);

/// The type that kernels compute in: f64 for f64, else f32.
number arithmetic_of(number type);

/// Half the distance between 1 and the next number: the largest relative error of one rounding.
double unit_of(number type);
double largest_of(number type);

/// The nearest number of the type, ties to even; infinities and NaN stay.
long double round_to(number type, long double value);

/// Element `index` of an array of the type.
long double load(number type, const void* array, std::size_t index);
void store(number type, void* array, std::size_t index, long double value);

}  // namespace normfold::oracle
