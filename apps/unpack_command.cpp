#include <iostream>
#include <optional>
#include <span>

#include "apps/commands.hpp"
#include "apps/dataset_summary.hpp"
#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "io/coco/coco_json.hpp"
#include "io/coco/results_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/files/folder.hpp"
#include "io/image_folder.hpp"
#include "io/voc/voc_devkit.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

Options unpack_options() {
  Options options("unpack",
                  "Gives back what `pack` took: DIR/annotations.json in COCO's format, the image "
                  "files in DIR/images\nand, if there are any, label maps as PNG in DIR/labels, "
                  "maps of single objects in DIR/objects and proposals in DIR/proposals.json.",
                  "roiflow unpack val2017.h5 --out val2017\n"
                  "  roiflow unpack voc2007_test.h5 --voc -o VOCdevkit");
  options.positional("data", 1, "the data set");
  options.add()("out,o", po::value<std::string>()->value_name("DIR"),
                "where to (required); must be empty or not exist")(
      "voc", po::bool_switch(),
      "as a VOCdevkit folder: DIR/VOC2007 (as it was called) with JPEGImages, Annotations, "
      "ImageSets, SegmentationClass and SegmentationObject");
  return options;
}

void require_empty(const fs::path& folder) {
  std::error_code ignored;
  require(!fs::exists(folder, ignored) || fs::is_empty(folder, ignored), ErrorCode::cannot_create,
          "{}: expected an empty folder or none (--out), found files in it", folder.string());
}

std::string item_name(const DatasetReader& reader, const Sample& sample) {
  return fmt::format("{}: image {} (id {})", reader.path(), sample.record.index, sample.record.id);
}

void write_sample(const Sample& sample, const fs::path& folder, const std::string& item) {
  const fs::path name = sample.record.file_name;
  const std::string png = fs::path(name).replace_extension(".png").string();
  write_below(folder / "images", name.string(), sample.encoded, item);
  if (!sample.label_map.empty()) write_below(folder / "labels", png, sample.label_map, item);
  if (!sample.object_map.empty()) write_below(folder / "objects", png, sample.object_map, item);
}

/// How `pack` takes the label maps back.
std::string label_hint(const DatasetReader& reader, const fs::path& folder,
                       std::int64_t label_maps) {
  return fmt::format(
      "{}: {} label maps; back with pack --coco {} --images {} --labels {} --ignore-label {}{}\n",
      (folder / "labels").string(), label_maps, (folder / "annotations.json").string(),
      (folder / "images").string(), (folder / "labels").string(), reader.info().ignore_label,
      label_maps < reader.size() ? " --partial-labels" : "");
}

/// The proposals that came with the images, if there are any, in DIR/proposals.json.
class ProposalsFile {
 public:
  ProposalsFile(const DatasetReader& reader, const fs::path& folder) {
    if (reader.info().has_proposals) writer_.emplace(folder / "proposals.json", IouType::bbox);
  }
  void append(const Sample& sample) {
    const std::span<const Proposal> proposals(sample.proposals);
    if (writer_) writer_->append(sample.record.id, proposals);
  }
  void close() {
    if (writer_) writer_->close();
  }

 private:
  std::optional<ResultsWriter> writer_;
};

void unpack_coco(const DatasetReader& reader, const fs::path& folder, Progress& progress) {
  create_folder(folder / "images");
  std::int64_t label_maps = 0;
  CocoWriter annotations(folder / "annotations.json", reader.categories(), reader.info().extra);
  ProposalsFile proposals(reader, folder);
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    const Sample sample = reader.read(i);
    label_maps += sample.label_map.empty() ? 0 : 1;
    write_sample(sample, folder, item_name(reader, sample));
    annotations.append(sample.record, sample.annotations);
    proposals.append(sample);
    progress.update(i + 1, 0);
  }
  annotations.close();
  proposals.close();
  progress.end_line();
  if (label_maps > 0) std::cout << label_hint(reader, folder, label_maps);
}

void unpack_voc(const DatasetReader& reader, const fs::path& folder, Progress& progress) {
  VocWriter writer(folder, reader.categories(), reader.info().extra);
  ProposalsFile proposals(reader, folder);
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    const Sample sample = reader.read(i);
    writer.append(sample, item_name(reader, sample));
    proposals.append(sample);
    progress.update(i + 1, 0);
  }
  writer.close();
  proposals.close();
}

}  // namespace

int unpack_command(const std::vector<std::string>& arguments) {
  const auto options = unpack_options().parse(arguments);
  if (!options) return 0;
  const DatasetReader reader(options->get<std::string>("data"));
  const fs::path folder = options->get<std::string>("out");
  require_empty(folder);
  {
    Progress progress("unpack", reader.size(), Progress::style_for_stderr(options->flag("quiet")));
    (options->flag("voc") ? unpack_voc : unpack_coco)(reader, folder, progress);
  }
  std::cout << fmt::format("{}: {} images, {} annotations\n", folder.string(), reader.size(),
                           reader.annotation_count());
  return 0;
}

}  // namespace roiflow
