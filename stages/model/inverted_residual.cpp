#include "stages/model/inverted_residual.hpp"

#include <charconv>
#include <sstream>
#include <string_view>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t max_channels = 1 << 16;
constexpr std::int64_t max_kernel = 31;
constexpr std::int64_t max_repetitions = 100;

/// One block as it is being read.
class BlockText {
 public:
  BlockText(const std::string& text, const std::string& label, const std::string& key)
      : text_(text), label_(label), key_(key) {}

  /// Appends the block as often as it says.
  void read_into(InvertedStage& stage) const {
    InvertedResidual block;
    std::int64_t repetitions = 1;
    std::istringstream words(text_);
    for (std::string word; words >> word;) {
      if (word.starts_with("up")) {
        block.enlarge = number(word, 2, 8);
      } else if (word.starts_with('k')) {
        block.kernel = number(word, 1, max_kernel);
      } else if (word.starts_with('e')) {
        block.hidden = number(word, 1, max_channels);
      } else if (word.starts_with('c')) {
        block.channels = number(word, 1, max_channels);
      } else if (word.starts_with('s')) {
        block.stride = number(word, 1, 8);
      } else if (word.starts_with('x')) {
        repetitions = number(word, 1, max_repetitions);
      } else {
        refuse(word);
      }
    }
    if (block.channels == 0 || block.kernel % 2 == 0) refuse(text_);
    stage.insert(stage.end(), static_cast<std::size_t>(repetitions), block);
  }

 private:
  [[noreturn]] void refuse(std::string_view word) const {
    fail(ErrorCode::usage,
         "{}: {}: expected blocks like \"k5 e64 c32 s2\" (odd kernel, hidden channels, channels, "
         "stride; up2: enlarge, x3: three times), found \"{}\" in \"{}\"",
         label_, key_, word, text_);
  }

  [[nodiscard]] std::int64_t number(std::string_view word, std::int64_t low,
                                    std::int64_t high) const {
    const std::string_view digits = word.substr(word.find_first_of("0123456789", 0) == word.npos
                                                    ? word.size()
                                                    : word.find_first_of("0123456789"));
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool letters_fit = word.size() - digits.size() == (word.starts_with("up") ? 2 : 1);
    if (error != std::errc() || end != digits.data() + digits.size() || !letters_fit ||
        value < low || value > high) {
      refuse(word);
    }
    return value;
  }

  const std::string& text_;
  const std::string& label_;
  const std::string& key_;
};

}  // namespace

std::vector<InvertedStage> parse_inverted_stages(const std::string& text, const std::string& label,
                                                 const std::string& key) {
  std::vector<InvertedStage> stages;
  std::istringstream stage_texts(text);
  for (std::string stage_text; std::getline(stage_texts, stage_text, ';');) {
    InvertedStage& stage = stages.emplace_back();
    std::istringstream block_texts(stage_text);
    for (std::string block; std::getline(block_texts, block, ',');) {
      BlockText(block, label, key).read_into(stage);
    }
  }
  require(!stages.empty() && !stages.back().empty(), ErrorCode::usage,
          "{}: {}: expected blocks like \"k5 e64 c32 s2\", found nothing", label, key);
  return stages;
}

}  // namespace roiflow
