#include "apps/dataset_summary.hpp"

#include <array>

#include <fmt/format.h>

namespace roiflow {

std::string readable_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 5> units = {"bytes", "kB", "MB", "GB", "TB"};
  constexpr double step = 1000;
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= step && unit + 1 < units.size(); ++unit) value /= step;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string dataset_summary(const DatasetStatistics& s) {
  const std::string difficult =
      s.difficults > 0 ? fmt::format(", {} difficult", s.difficults) : std::string();
  const std::string proposals =
      s.has_proposals ? fmt::format(", {} proposals", s.proposals) : std::string();
  return fmt::format("{} images ({}), {} annotations ({} crowd{}) in {} categories{}{}", s.images,
                     readable_bytes(s.encoded_bytes), s.annotations, s.crowds, difficult,
                     s.categories.size(), s.has_label_maps ? ", label maps" : "", proposals);
}

}  // namespace roiflow
