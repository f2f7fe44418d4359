#include "io/voc/voc_results.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "io/image_folder.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view blanks = " \t\r";

std::vector<std::string> text_files(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    if (name.ends_with(".txt")) names.push_back(std::move(name));
  }
  require(!error, ErrorCode::no_input, "{}: expected a folder of VOC results files: {}",
          folder.string(), error.message());
  std::ranges::sort(names);
  return names;
}

/// Of classes "cat" and "big_cat", comp3_det_test_big_cat.txt is the second one's: the longest name
/// that fits.
const std::string* class_of(const std::string& file, const std::vector<Category>& categories) {
  const std::string* best = nullptr;
  for (const Category& category : categories) {
    const bool fits =
        file == category.name + ".txt" || file.ends_with("_" + category.name + ".txt");
    if (fits && (best == nullptr || category.name.size() > best->size())) best = &category.name;
  }
  return best;
}

/// One line's fields; the views live as long as the line.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; (at = line.find_first_not_of(blanks, at)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end;
  }
  return fields;
}

/// Confidences may be infinite (a logarithm of 0), corners not.
std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<VocDetection> detection_of(const std::vector<std::string_view>& fields) {
  if (fields.size() != 6) return std::nullopt;
  std::array<double, 5> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = number(fields[i + 1]);
    if (!value || std::isnan(*value) || (i > 0 && std::isinf(*value))) return std::nullopt;
    values[i] = *value;
  }
  return VocDetection{.score = values[0], .box = {values[1], values[2], values[3], values[4]}};
}

void read_class(const fs::path& file, std::int64_t category_id, VocResults& results) {
  const auto bytes = read_bytes(file);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::uint64_t line_number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++line_number;
    const auto fields = fields_of(line);
    if (fields.empty()) continue;
    auto detection = detection_of(fields);
    constexpr std::size_t most_quoted = 100;
    require(detection.has_value(), ErrorCode::bad_data,
            "{}: line {}: expected a name and five numbers (confidence, xmin, ymin, xmax, ymax), "
            "found '{}'",
            file.string(), line_number, line.substr(0, most_quoted));
    detection->category_id = category_id;
    detection->place = line_number;
    results.of_image[std::string(fields[0])].push_back(*detection);
    ++results.detection_count;
  }
}

}  // namespace

VocResults read_voc_results(const fs::path& folder, const std::vector<Category>& categories) {
  VocResults results{.path = folder.string()};
  const auto files = text_files(folder);
  for (const Category& category : categories) {
    std::vector<std::string> of_class;
    for (const std::string& file : files) {
      const std::string* name = class_of(file, categories);
      if (name != nullptr && *name == category.name) of_class.push_back(file);
    }
    require(of_class.size() <= 1, ErrorCode::bad_data,
            "{}: expected one results file of class {}, found {}", results.path, category.name,
            fmt::join(of_class, ", "));
    if (of_class.empty()) {
      results.missing_classes.push_back(category.name);
    } else {
      read_class(folder / of_class[0], category.id, results);
    }
  }
  require(results.missing_classes.size() < categories.size(), ErrorCode::no_input,
          "{}: expected results files like comp3_det_test_{}.txt, found none of any class",
          results.path, categories.empty() ? "CLASS" : categories[0].name);
  return results;
}

}  // namespace roiflow
