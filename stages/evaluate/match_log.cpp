#include "stages/evaluate/match_log.hpp"

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

constexpr std::size_t word_bits = 64;

}  // namespace

void BitRow::append(std::uint64_t bits, std::size_t count) {
  const std::size_t shift = size_ % word_bits;
  if (shift == 0) {
    words_.push_back(bits);
  } else {
    words_.back() |= bits << shift;
    if (shift + count > word_bits) words_.push_back(bits >> (word_bits - shift));
  }
  size_ += count;
}

std::uint64_t BitRow::read(std::size_t offset, std::size_t count) const {
  const std::size_t word = offset / word_bits, shift = offset % word_bits;
  std::uint64_t bits = words_[word] >> shift;
  if (shift + count > word_bits) bits |= words_[word + 1] << (word_bits - shift);
  return bits & (~std::uint64_t{0} >> (word_bits - count));
}

void CategoryLog::append(std::int64_t image_id, const CategoryMatches& matches) {
  const std::size_t area_ranges = ground_truths_.size(), count = matches.scores.size();
  for (std::size_t a = 0; a < area_ranges; ++a) ground_truths_[a] += matches.ground_truths[a];
  images_.push_back({image_id, scores_.size(), static_cast<std::uint32_t>(count)});
  scores_.insert(scores_.end(), matches.scores.begin(), matches.scores.end());
  for (std::size_t d = 0; d < count; ++d) {
    for (std::size_t a = 0; a < area_ranges; ++a) {
      flags_.append(matches.matched[a * count + d], thresholds_);
      flags_.append(matches.ignored[a * count + d], thresholds_);
    }
  }
}

std::vector<CategoryLog::Entry> CategoryLog::sorted() const {
  std::vector<Span> images = images_;
  std::sort(images.begin(), images.end(),
            [](const Span& a, const Span& b) { return a.image_id < b.image_id; });
  const auto twice =
      std::adjacent_find(images.begin(), images.end(),
                         [](const Span& a, const Span& b) { return a.image_id == b.image_id; });
  if (twice != images.end()) {
    fail(ErrorCode::bad_data, "evaluation: image ids must be distinct, found {} twice",
         twice->image_id);
  }
  std::vector<Entry> entries;
  entries.reserve(scores_.size());
  for (const Span& image : images) {
    for (std::uint32_t rank = 0; rank < image.count; ++rank) {
      entries.push_back({image.begin + rank, rank});
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [this](const Entry& a, const Entry& b) {
    return goes_before(scores_[a.detection], scores_[b.detection]);
  });
  return entries;
}

}  // namespace roiflow
