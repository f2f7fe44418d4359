/// The match records of an evaluation in a file (`format` = "roiflow-matches", version 1; every
/// name is in io/FORMAT.md): parts of an evaluation, made anywhere and merged to the same bits as
/// one evaluation of everything.
///
/// A file holds one IouType: the parameters, the categories, the ids of all images of the ground
/// truth with what became of each, and what match_image said about them, 16 bytes a detection
/// whatever the masks. Equal records give equal files, in whatever order they were collected.
///
/// Errors: Error{no_input}, {bad_data} naming file, data set and row; {cannot_create}, {io}.
///
/// Example: three shards and the whole.
///   write_match_records("a.h5", records_of_shard_a);  // ... b, c
///   MatchRecords all = merge_match_records({"c.h5", "a.h5", "b.h5"});
///   if (missing_images(all).empty()) summarise(all.matches.params(), all.matches.accumulate());
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

inline constexpr std::string_view matches_format = "roiflow-matches";
inline constexpr std::int64_t matches_version = 1;

struct MatchRecords {
  IouType type = IouType::bbox;
  std::vector<Category> categories;           ///< ids as params().category_ids, and names
  std::vector<std::int64_t> truth_image_ids;  ///< all of the ground truth, ascending
  std::vector<std::int64_t> failed;           ///< that could not be processed, ascending
  Accumulator matches{coco_params({})};       ///< of the images that were
};

/// Images of the ground truth that were neither processed nor failed, ascending.
[[nodiscard]] std::vector<std::int64_t> missing_images(const MatchRecords& records);

/// The file appears when it is complete. Throws Error{bad_data} if an image is not of the ground
/// truth, was appended twice, or is both failed and processed.
void write_match_records(const std::filesystem::path& path, const MatchRecords& records);

/// Checks everything that accumulate() relies on.
[[nodiscard]] MatchRecords read_match_records(const std::filesystem::path& path);

/// The records of several files (at least one) as one. An image that failed in one and was
/// processed in another counts as processed. Throws Error{bad_data} if two files differ in what
/// they compare, in parameters, categories or the images of the ground truth, saying in what; or if
/// two have processed the same image, naming its id.
[[nodiscard]] MatchRecords merge_match_records(std::span<const std::filesystem::path> paths);

}  // namespace roiflow
