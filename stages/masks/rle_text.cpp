#include <cstddef>
#include <limits>

#include "stages/core/error.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

constexpr int bits_a_character = 5;
constexpr unsigned char first_character = '0', last_character = 'o';
constexpr unsigned more_follows = 0x20, sign_bit = 0x10, value_bits = 0x1f;

/// The run that `value` is coded against: from the fourth on, the one two places before.
std::int64_t reference_run(const std::vector<std::uint32_t>& runs, std::size_t index) {
  return index > 2 ? static_cast<std::int64_t>(runs[index - 2]) : 0;
}

/// One number in two's complement, five bits a character; advances `at`.
std::int64_t read_number(std::string_view text, std::size_t& at) {
  constexpr int most_bits = 40;  // 33 are enough for the difference of two runs
  std::uint64_t value = 0;
  for (int shift = 0; shift < most_bits; shift += bits_a_character) {
    require(at < text.size(), ErrorCode::bad_data,
            "run-length text: ends inside a run, at byte {}; the text is cut short", at);
    const auto character = static_cast<unsigned char>(text[at]);
    require(character >= first_character && character <= last_character, ErrorCode::bad_data,
            "run-length text: byte {} must be between '0' and 'o', found code {}", at,
            static_cast<int>(character));
    const unsigned bits = static_cast<unsigned>(character) - first_character;
    value |= static_cast<std::uint64_t>(bits & value_bits) << shift;
    ++at;
    if ((bits & more_follows) != 0) continue;
    if ((bits & sign_bit) != 0) value |= ~std::uint64_t{0} << (shift + bits_a_character);
    return static_cast<std::int64_t>(value);
  }
  fail(ErrorCode::bad_data, "run-length text: the run that ends at byte {} has more than 32 bits",
       at);
}

}  // namespace

std::string to_text(const Rle& rle) {
  std::string text;
  text.reserve(rle.runs.size() * 2);
  for (std::size_t i = 0; i < rle.runs.size(); ++i) {
    std::int64_t rest = static_cast<std::int64_t>(rle.runs[i]) - reference_run(rle.runs, i);
    for (bool more = true; more;) {
      unsigned bits = static_cast<unsigned>(rest) & value_bits;
      rest >>= bits_a_character;
      more = rest != ((bits & sign_bit) != 0 ? -1 : 0);
      if (more) bits |= more_follows;
      text.push_back(static_cast<char>(first_character + bits));
    }
  }
  return text;
}

Rle from_text(std::string_view text, int height, int width) {
  Rle rle{height, width, {}};
  rle.runs.reserve(text.size() / 2 + 1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::int64_t run = read_number(text, at) + reference_run(rle.runs, rle.runs.size());
    require(run >= 0 && run <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::bad_data,
            "run-length text: the run at byte {} must be between 0 and 2^32 - 1, found {}", begin,
            run);
    rle.runs.push_back(static_cast<std::uint32_t>(run));
  }
  check(rle);
  return rle;
}

}  // namespace roiflow
