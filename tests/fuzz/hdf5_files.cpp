#include "tests/fuzz/hdf5_files.hpp"

#include <algorithm>

#include "io/coco/evaluation_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_columns.hpp"
#include "io/file_info.hpp"
#include "io/model_file.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "io/records/match_records.hpp"
#include "io/semantic/semantic_records_file.hpp"
#include "stages/evaluate/evaluate_columns.hpp"
#include "tests/fuzz/fuzz.hpp"

// HDF5 1.10 itself loses a few hundred bytes when it meets damaged metadata.
extern "C" const char* __lsan_default_suppressions();   // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() {  // NOLINT
  return "leak:libhdf5";
}
// It also asks for as much memory as a damaged file says; without a sanitizer that is refused.
extern "C" const char* __asan_default_options();   // NOLINT: the sanitizer's name
extern "C" const char* __asan_default_options() {  // NOLINT
  return "allocator_may_return_null=1";
}

namespace roiflow::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_rows = 64;  // of a file that claims more, only these are read

void write_dataset(const fs::path& path) {
  DatasetInfo info;
  info.categories = {{1, "disc", "shape", R"({"color":"red"})"}, {7, "square", "", ""}};
  info.extra = R"({"info":{"year":2020}})";
  info.has_label_maps = info.has_object_maps = info.has_proposals = true;
  DatasetWriter writer(path, info);
  for (std::int64_t i = 0; i < 3; ++i) {
    Sample sample;
    sample.record = {i, 100 + i, "folder/" + std::to_string(i) + ".jpg",
                     4, 3,       i == 1 ? R"({"a":1})" : ""};
    sample.encoded.assign(static_cast<std::size_t>(10 * i), 7);
    if (i != 1) {
      const Segmentation shapes[] = {Polygons{{{1, 1, 3.25, 1, 2, 2}, {0, 0, 1, 0, 1, 1, 0, 1}}},
                                     Rle{3, 4, {0, 5, 7}}, RleText{3, 4, "05o7"}, std::monostate()};
      for (std::int64_t k = 0; k < 4; ++k) {
        sample.annotations.push_back({4 * i + k,
                                      k < 2 ? 1 : 7,
                                      {1, 1, 2, 1.5},
                                      3,
                                      k == 1,
                                      k == 2,
                                      shapes[k],
                                      k == 0 ? R"({"keypoints":[1,1,2]})" : ""});
      }
    }
    sample.label_map.assign(static_cast<std::size_t>(i % 2 * 9), 3);
    sample.object_map.assign(static_cast<std::size_t>(i % 2 * 5), 4);
    sample.proposals.assign(static_cast<std::size_t>(i), {{0, 0, 2, 2}, 0.5});
    writer.append(sample);
  }
  writer.close();
}

void write_predictions(const fs::path& path, bool label_maps) {
  PredictionsWriter writer(path, label_maps);
  const std::vector<Detection> found = {{{1, 1, 3, 2}, 0.5F, 1, Rle{3, 4, {0, 5, 7}}},
                                        {{0, 0, 2, 2}, 0.25F, 7, Rle{3, 4, {12}}}};
  const std::vector<std::uint8_t> map(9, 3);
  if (label_maps) {
    writer.append(100, {}, false, map);
    writer.append(101, {}, true, {});
  } else {
    writer.append(100, found, false);
    writer.append(101, {}, true);
    writer.append(102, std::span(found).first(1), false);
  }
  writer.close();
}

EvaluationTruth some_truth() {
  const MemoryFile file;
  file.write(as_bytes(R"({"images":[{"id":100,"height":3,"width":4},{"id":101,"height":3,"width":4},
    {"id":102,"height":3,"width":4}],"annotations":[{"id":1,"image_id":100,"category_id":1,"bbox":[1,1,2,1],
    "area":2,"iscrowd":0}],"categories":[{"id":1,"name":"disc"},{"id":7,"name":"square"}]})"));
  return read_coco_truth(file.path(), {});
}

void write_matches(const fs::path& path, const EvaluationTruth& truth) {
  const MemoryFile file;
  file.write(as_bytes(R"([{"image_id":100,"category_id":1,"bbox":[1,1,2,1],"score":0.5},
    {"image_id":102,"category_id":7,"bbox":[0,0,2,2],"score":0.25}])"));
  const ResultColumns results = read_coco_results(file.path(), truth.columns, {});
  const EvaluationParams params = coco_params(truth.categories);
  write_match_records(path, {IouType::bbox,
                             truth.categories,
                             truth.columns.image_ids,
                             {},
                             evaluate_columns(params, IouType::bbox, truth.columns, results)});
}

void write_model_of_two(const fs::path& path) {
  ModelFile model;
  model.description = "[model]\nname = m\nkind = faster_rcnn\nclasses = 3\n";
  model.source = "m.pth";
  model.weights["backbone.body.conv1.weight"] = {{2, 1, 2, 1}, {1, 2, 3, 4}};
  model.weights["backbone.body.bn1.bias"] = {{2}, {0.5F, -1}};
  write_model(path, model, StoredPrecision::f16);
}

void write_semantic(const fs::path& path) {
  const SemanticClasses classes = numbered_classes(2, 255);
  SemanticRecords records{SemanticConfusion(classes), {"a", "b/c"}};
  records.confusion.add({1, 4, {0, 0, 1, 255}}, {1, 4, {0, 1, 1, 1}});
  write_semantic_records(path, records);
}

bool is_known(std::string_view format) {
  return format == dataset_format || format == predictions_format || format == model_format ||
         format == matches_format || format == semantic_records_format;
}

void read_rows(const DatasetReader& reader) {
  for (std::int64_t i = 0; i < std::min(reader.size(), most_rows); ++i) {
    accepts(reader.path(), [&] { (void)reader.read(i); });
  }
}

void read_rows(const PredictionsReader& reader) {
  for (std::int64_t i = 0; i < std::min(reader.size(), most_rows); ++i) {
    accepts(reader.path(), [&] { (void)reader.read(i, IouType::segm); });
    accepts(reader.path(), [&] { (void)reader.label_map(i); });
  }
}

}  // namespace

std::vector<fs::path> make_hdf5_files(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const char* name :
       {"dataset.h5", "detections.h5", "label_maps.h5", "model.h5", "matches.h5", "semantic.h5"}) {
    paths.push_back(folder / name);
  }
  write_dataset(paths[0]);
  write_predictions(paths[1], false);
  write_predictions(paths[2], true);
  write_model_of_two(paths[3]);
  write_matches(paths[4], some_truth());
  write_semantic(paths[5]);
  return paths;
}

void read_hdf5_file(const fs::path& path) {
  static const TruthColumns truth = some_truth().columns;
  const std::string source = path.string();
  std::string format;
  // Without a format, or with one of nobody's, all readers have to refuse it.
  const bool ours = accepts(source, [&] { format = file_info(path).format; });
  const auto try_reader = [&](std::string_view of_format, const auto& read) {
    if (!ours || format == of_format || !is_known(format)) accepts(source, read);
  };
  const RegionContent contents[] = {{.shapes = true}, {.keypoints = true}};
  try_reader(dataset_format, [&] { read_rows(DatasetReader(path)); });
  try_reader(predictions_format, [&] { read_rows(PredictionsReader(path)); });
  for (const RegionContent& content : contents) {
    try_reader(dataset_format, [&] { (void)read_dataset_columns(path, content); });
    try_reader(predictions_format, [&] { (void)read_prediction_columns(path, truth, content); });
  }
  try_reader(model_format, [&] { (void)read_model(path); });
  try_reader(matches_format, [&] { (void)read_match_records(path).matches.accumulate(); });
  try_reader(semantic_records_format, [&] { (void)read_semantic_records(path); });
}

}  // namespace roiflow::fuzz
