/// The data set file (`format` = "roiflow-dataset", version 1; every name is in io/FORMAT.md):
/// encoded images, their annotations, the category table. What the source said comes back as the
/// source said it: segmentations in their own representation, unknown members as JSON text.
///
/// Image rows are in the order of appending; annotations keep their order inside an image. Memory
/// of both sides does not grow with images or annotations, but for 40 bytes an image in the reader.
///
/// Example:
///   DatasetWriter writer("shapes.h5", {.categories = {{.id = 1, .name = "disc"}}});
///   writer.append(sample);  writer.close();
///   DatasetReader reader("shapes.h5");
///   for (std::int64_t i = 0; i < reader.size(); ++i) use(reader.read(i));
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

inline constexpr std::string_view dataset_format = "roiflow-dataset";
inline constexpr std::int64_t dataset_version = 1;

/// What is said once for the whole data set.
struct DatasetInfo {
  std::vector<Category> categories;
  /// Top-level members of the source's JSON that have no place of their own ("info", "licenses"),
  /// as one JSON object; or "".
  std::string extra;
  bool has_label_maps = false;   ///< Sample::label_map is stored
  int ignore_label = 255;        ///< label of pixels that do not count
  bool has_object_maps = false;  ///< Sample::object_map is stored; only beside label maps
  bool has_proposals = false;    ///< Sample::proposals is stored
};

/// All methods may be called from several threads at once.
class DatasetReader {
 public:
  /// Checks every per-image column. Error{no_input}: no such file; {bad_data}: another format or
  /// version, damaged, or offsets that point outside.
  explicit DatasetReader(const std::filesystem::path& path);
  DatasetReader(DatasetReader&&) noexcept;
  DatasetReader& operator=(DatasetReader&&) noexcept;
  ~DatasetReader();

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] std::int64_t size() const;              ///< images
  [[nodiscard]] std::int64_t annotation_count() const;  ///< of all images
  [[nodiscard]] const DatasetInfo& info() const;
  [[nodiscard]] const std::vector<Category>& categories() const { return info().categories; }
  [[nodiscard]] bool has_label_maps() const { return info().has_label_maps; }

  /// Tells data sets apart wherever the file lies: SHA-256 of every array, annotations, label maps
  /// and proposals among them, but of the images' bytes only those of 64 from all over the set: it
  /// shall not read a terabyte.
  [[nodiscard]] std::string digest() const;

  /// 0 <= index < size(). Error{bad_data} names file, data set and row.
  [[nodiscard]] Sample read(std::int64_t index) const;
  [[nodiscard]] ImageRecord record(std::int64_t index) const;
  [[nodiscard]] std::int64_t image_id(std::int64_t index) const;
  [[nodiscard]] std::vector<Annotation> annotations(std::int64_t index) const;
  [[nodiscard]] std::vector<std::uint8_t> encoded(std::int64_t index) const;
  [[nodiscard]] std::int64_t encoded_bytes(std::int64_t index) const;
  /// The PNG's bytes; empty if the image, or the whole data set, has none.
  [[nodiscard]] std::vector<std::uint8_t> label_map(std::int64_t index) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

/// Writes under a temporary name; the file appears at close(). One thread.
class DatasetWriter {
 public:
  /// Error{cannot_create} if the directory cannot be written.
  DatasetWriter(const std::filesystem::path& path, const DatasetInfo& info);
  DatasetWriter(DatasetWriter&&) noexcept;
  DatasetWriter& operator=(DatasetWriter&&) noexcept;
  ~DatasetWriter();  ///< without close() nothing remains

  /// `record.index` is not used: rows count from 0 in the order of calls. Error{io}: disk full.
  void append(const Sample& sample);
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace roiflow
