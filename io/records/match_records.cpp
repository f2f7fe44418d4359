#include "io/records/match_records.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Ids = std::vector<std::int64_t>;

Ids united(const Ids& a, const Ids& b) {
  Ids all;
  std::ranges::set_union(a, b, std::back_inserter(all));
  return all;
}

Ids without(const Ids& from, const Ids& what) {
  Ids rest;
  std::ranges::set_difference(from, what, std::back_inserter(rest));
  return rest;
}

Ids sorted(Ids ids) {
  std::ranges::sort(ids);
  return ids;
}

/// "images of the ground truth (5 and 6 of them; first difference: id 3 ...)", or nothing.
std::string difference_of_images(const Ids& a, const Ids& b) {
  if (a == b) return {};
  const Ids only_a = without(a, b), only_b = without(b, a);
  const auto& some = only_a.empty() ? only_b : only_a;
  return fmt::format("images of the ground truth ({} and {}; id {} is only in the {})", a.size(),
                     b.size(), some.front(), only_a.empty() ? "second" : "first");
}

std::string difference_of_categories(const MatchRecords& a, const MatchRecords& b) {
  const auto differs = [](const Category& x, const Category& y) {
    return x.id != y.id || x.name != y.name;
  };
  const std::size_t common = std::min(a.categories.size(), b.categories.size());
  for (std::size_t k = 0; k < common; ++k) {
    const Category &x = a.categories[k], &y = b.categories[k];
    if (differs(x, y)) {
      return fmt::format("categories ({} '{}' and {} '{}')", x.id, x.name, y.id, y.name);
    }
  }
  if (a.categories.size() == b.categories.size()) return {};
  return fmt::format("categories ({} and {} of them)", a.categories.size(), b.categories.size());
}

void refuse_difference(const std::string& first, const MatchRecords& a, const std::string& second,
                       const MatchRecords& b) {
  std::string differs;
  if (a.type != b.type)
    differs = fmt::format("what is compared ({} and {})", name(a.type), name(b.type));
  if (differs.empty()) differs = difference_of_categories(a, b);
  if (differs.empty()) differs = difference(a.matches.params(), b.matches.params());
  if (differs.empty()) differs = difference_of_images(a.truth_image_ids, b.truth_image_ids);
  require(differs.empty(), ErrorCode::bad_data,
          "{} and {}: only records of one evaluation can be merged; different: {}", first, second,
          differs);
}

}  // namespace

std::vector<std::int64_t> missing_images(const MatchRecords& records) {
  const Ids done = sorted(records.matches.image_ids());
  return without(without(records.truth_image_ids, done), records.failed);
}

MatchRecords merge_match_records(std::span<const std::filesystem::path> paths) {
  require(!paths.empty(), ErrorCode::usage, "merge: at least one file of records is needed");
  MatchRecords all = read_match_records(paths[0]);
  for (const std::filesystem::path& path : paths.subspan(1)) {
    const MatchRecords more = read_match_records(path);
    refuse_difference(paths[0].string(), all, path.string(), more);
    try {
      all.matches.merge(more.matches);
    } catch (const Error& error) {
      fail(error.code(), "{} and the files before it: {}", path.string(), error.what());
    }
    all.failed = united(all.failed, more.failed);
  }
  all.failed = without(all.failed, sorted(all.matches.image_ids()));
  return all;
}

}  // namespace roiflow
