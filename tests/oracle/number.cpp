// Rounding and coding of the element types, from their definitions: significand bits and range of exponents.
#include "number.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

namespace normfold::oracle {
namespace {

struct row {
  number type;
  std::string_view name;
  std::size_t bytes;
  int digits;   // bits of the significand, the hidden one included
  int lowest;   // the smallest normal number is 2^lowest
  int highest;  // the largest is below 2^(highest + 1)
};

constexpr row rows[] = {
    {number::f32, "f32", 4, 24, -126, 127},
    {number::f64, "f64", 8, 53, -1022, 1023},
    {number::bf16, "bf16", 2, 8, -126, 127},
    {number::f16, "f16", 2, 11, -14, 15},
};

const row& row_of(number type) { return rows[static_cast<std::size_t>(type)]; }

// The types of two bytes: a sign, 16 - digits bits of exponent, digits - 1 bits of fraction.
std::uint16_t encode(const row& r, long double rounded) {
  const unsigned sign = std::signbit(rounded) ? 0x8000U : 0U;
  const unsigned special = ((1U << (16 - r.digits)) - 1) << (r.digits - 1);
  if (std::isnan(rounded)) return static_cast<std::uint16_t>(sign | special | (1U << (r.digits - 2)));
  if (std::isinf(rounded)) return static_cast<std::uint16_t>(sign | special);
  const long double size = std::fabs(rounded);
  if (size == 0) return static_cast<std::uint16_t>(sign);
  const int exponent = std::max(std::ilogb(size), r.lowest);
  const auto steps = static_cast<unsigned>(std::ldexp(size, r.digits - 1 - exponent));
  return static_cast<std::uint16_t>(sign | ((static_cast<unsigned>(exponent - r.lowest) << (r.digits - 1)) + steps));
}

long double decode(const row& r, std::uint16_t bits) {
  const long double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  const unsigned fraction = bits & ((1U << (r.digits - 1)) - 1);
  const unsigned exponent = (bits & 0x7fffU) >> (r.digits - 1);
  if (exponent == (1U << (16 - r.digits)) - 1)
    return fraction != 0 ? std::numeric_limits<long double>::quiet_NaN()
                         : sign * std::numeric_limits<long double>::infinity();
  const unsigned hidden = exponent == 0 ? 0 : 1U << (r.digits - 1);
  const int scale = r.lowest + (exponent == 0 ? 0 : static_cast<int>(exponent) - 1) - (r.digits - 1);
  return sign * std::ldexp(static_cast<long double>(hidden + fraction), scale);
}

}  // namespace

number number_of(std::string_view text) {
  for (const row& r : rows)
    if (r.name == text) return r.type;
  throw std::invalid_argument("no element type is called '" + std::string(text) + "'");
}

std::string_view to_text(number type) { return row_of(type).name; }
std::size_t bytes_of(number type) { return row_of(type).bytes; }
number arithmetic_of(number type) { return type == number::f64 ? number::f64 : number::f32; }
double unit_of(number type) { return std::ldexp(1.0, -row_of(type).digits); }
double largest_of(number type) {
  return std::ldexp(2 - std::ldexp(1.0, 1 - row_of(type).digits), row_of(type).highest);
}

long double round_to(number type, long double value) {
  if (type == number::f32) return static_cast<float>(value);
  if (type == number::f64) return static_cast<double>(value);
  if (!std::isfinite(value) || value == 0) return value;
  const row& r = row_of(type);
  const int step = std::max(std::ilogb(value), r.lowest) - (r.digits - 1);
  const long double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -step)), step);
  const bool fits = std::fabs(rounded) <= static_cast<long double>(largest_of(type));
  return fits ? rounded : std::copysign(std::numeric_limits<long double>::infinity(), value);
}

long double load(number type, const void* array, std::size_t index) {
  const char* const place = static_cast<const char*>(array) + index * bytes_of(type);
  const auto as = [place](auto sample) {
    std::memcpy(&sample, place, sizeof sample);
    return sample;
  };
  if (type == number::f32) return as(float{});
  if (type == number::f64) return as(double{});
  return decode(row_of(type), as(std::uint16_t{}));
}

void store(number type, void* array, std::size_t index, long double value) {
  char* const place = static_cast<char*>(array) + index * bytes_of(type);
  const auto put = [place](auto sample) { std::memcpy(place, &sample, sizeof sample); };
  if (type == number::f32) return put(static_cast<float>(value));
  if (type == number::f64) return put(static_cast<double>(value));
  put(encode(row_of(type), round_to(type, value)));
}

}  // namespace normfold::oracle
