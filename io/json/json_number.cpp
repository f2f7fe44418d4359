#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <system_error>

#include "io/json/json_cursor.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// The parts of a decimal number; `end` is behind its last character.
struct Decimal {
  const char* end = nullptr;
  std::uint64_t digits = 0;  ///< as one integer, if `count` is at most 19
  std::size_t count = 0;     ///< of digits, zeros in front included
  std::int64_t exponent = 0;
  bool negative = false, integer = true, valid = false;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Eight characters as a number, the first one most significant, and whether all are digits. Each
/// step joins neighbours: 8 digits, 4 pairs, 2 fours, one eight.
bool eight_digits(const char* at, std::uint64_t& value) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  constexpr std::uint64_t zeros = 0x3030303030303030, highs = 0x8080808080808080;
  constexpr std::uint64_t to_high = 0x4646464646464646;  // carries what is above '9' into bit 7
  const std::uint64_t digits = bytes - zeros;
  if ((((bytes + to_high) | digits) & highs) != 0) return false;
  const std::uint64_t pairs = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
  const std::uint64_t fours = (pairs * 100 + (pairs >> 16)) & 0x0000FFFF0000FFFF;
  value = (fours * 10000 + (fours >> 32)) & 0xFFFFFFFF;
  return true;
}

/// The cursor's window ends with zeros, so eight characters can always be looked at.
const char* read_digits(const char* at, std::uint64_t& value) {
  for (std::uint64_t eight = 0; eight_digits(at, eight); at += 8) {
    value = value * 100000000 + eight;
  }
  for (; is_digit(*at); ++at) value = value * 10 + static_cast<std::uint64_t>(*at - '0');
  return at;
}

/// By JSON's grammar: no leading zeros, no bare point.
Decimal read_decimal(const char* at) {
  Decimal number;
  number.negative = *at == '-';
  if (number.negative) ++at;
  const char* whole = at;
  number.end = at = read_digits(at, number.digits);
  number.count = static_cast<std::size_t>(at - whole);
  if (number.count == 0 || (*whole == '0' && number.count > 1)) return number;
  if (*at == '.') {
    const char* fraction = ++at;
    number.end = at = read_digits(at, number.digits);
    if (at == fraction) return number;
    number.integer = false;
    number.exponent = fraction - at;
    number.count += static_cast<std::size_t>(at - fraction);
  }
  if (*at == 'e' || *at == 'E') {
    number.integer = false;
    const bool minus = *++at == '-';
    if (*at == '-' || *at == '+') ++at;
    const char* power = at;
    constexpr std::int64_t beyond_double = 100000;
    std::int64_t exponent = 0;
    for (; is_digit(*at); ++at) {
      if (exponent < beyond_double) exponent = exponent * 10 + (*at - '0');
    }
    number.end = at;
    if (at == power) return number;
    number.exponent += minus ? -exponent : exponent;
  }
  number.valid = true;
  return number;
}

/// Powers of ten that a double holds exactly.
constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::int64_t most_power = std::size(powers) - 1;
constexpr std::size_t most_digits = 19;  // always fit 64 bits
constexpr std::uint64_t exact_in_double = std::uint64_t{1} << 53;

/// The nearest double. With both parts exact there is one rounding; otherwise the library's way.
double to_double(const char* from, const Decimal& number) {
  if (number.count <= most_digits && number.digits <= exact_in_double &&
      number.exponent <= most_power && number.exponent >= -most_power) {
    const auto digits = static_cast<double>(number.digits);
    const double value =
        number.exponent < 0 ? digits / powers[-number.exponent] : digits * powers[number.exponent];
    return number.negative ? -value : value;
  }
  double value = 0;
  const auto [rest, error] = std::from_chars(from, number.end, value);
  // Too large or too small: strtod tells one from the other.
  if (error != std::errc()) value = std::strtod(std::string(from, number.end).c_str(), nullptr);
  return value;
}

}  // namespace

double JsonCursor::number() {
  skip_space();
  const char* from = at_;
  const Decimal number = read_decimal(from);
  need(number.end);
  if (!number.valid) refuse(from, "a number");
  const double value = to_double(from, number);
  if (std::isinf(value)) refuse(from, "a number that a double can hold");
  at_ = number.end;
  return value == 0 && number.integer ? 0.0 : value;
}

std::int64_t JsonCursor::integer() {
  skip_space();
  const char* from = at_;
  const Decimal number = read_decimal(from);
  need(number.end);
  if (!number.valid) refuse(from, "an integer");
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (number.integer && number.count <= most_digits && number.digits <= most) {
    at_ = number.end;
    const auto value = static_cast<std::int64_t>(number.digits);
    return number.negative ? -value : value;
  }
  const double value = to_double(from, number);
  const bool exact =
      std::abs(value) <= static_cast<double>(exact_in_double) && std::trunc(value) == value;
  if (!exact) refuse(from, "an integer");
  at_ = number.end;
  return static_cast<std::int64_t>(value);
}

void JsonCursor::skip_number() {
  const Decimal number = read_decimal(at_);
  need(number.end);
  if (!number.valid) refuse_here("a value");
  constexpr std::int64_t safe_power = 280;  // with at most 19 digits before it
  const bool large = number.exponent > safe_power || number.count > most_digits;
  if (large && std::isinf(to_double(at_, number))) refuse_here("a number that a double can hold");
  at_ = number.end;
}

}  // namespace roiflow
