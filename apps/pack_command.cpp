#include <iostream>

#include "apps/commands.hpp"
#include "apps/dataset_summary.hpp"
#include "apps/decode_options.hpp"
#include "apps/options.hpp"
#include "apps/pack/pack_images.hpp"
#include "apps/pack/pack_labels.hpp"
#include "apps/pack/pack_proposals.hpp"
#include "apps/pack/pack_voc.hpp"
#include "io/coco/coco_json.hpp"
#include "io/dataset/dataset_statistics.hpp"
#include "io/image_folder.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

Options pack_options() {
  Options options(
      "pack",
      "Makes a data set: the images of a folder, with the annotations of a COCO file if there is\n"
      "one, or a PASCAL VOC folder. Every record is checked; `unpack` is the way back.",
      "roiflow pack --coco instances_val2017.json --images val2017 -o val2017.h5\n"
      "  roiflow pack --voc VOCdevkit/VOC2007 --split test -o voc2007_test.h5");
  options.add()("images", po::value<std::string>()->value_name("DIR"),
                "the folder of the image files (JPEG, PNG) (required, unless --voc is given)")(
      "coco", po::value<std::string>()->value_name("FILE.json"),
      "annotations in COCO's format; the images are those it lists, in its order. Without it: all "
      "images of the folder and its sub-folders, sorted by name, ids from 1")(
      "voc", po::value<std::string>()->value_name("DIR"),
      "a VOCdevkit folder (with JPEGImages, Annotations, ImageSets and, if there are any, "
      "SegmentationClass and SegmentationObject), or the folder above it")(
      "split", po::value<std::string>()->value_name("NAME"),
      "with --voc: the images of ImageSets/Main/NAME.txt, or ImageSets/Segmentation/NAME.txt if "
      "only that exists; TASK/NAME names another list. Without it: all of JPEGImages")(
      "output,o", po::value<std::string>()->value_name("FILE.h5"),
      "the data set to write (required); an existing file is replaced when all is done")(
      "proposals", po::value<std::string>()->value_name("FILE.json"),
      "regions from outside, for Fast R-CNN: a COCO results file of boxes; their category is not "
      "looked at")(
      "skip-bad", po::bool_switch(),
      "leave out images that are missing, unreadable or of another size than annotated, and "
      "annotations whose box, area, segmentation, image_id or category_id cannot be right; each is "
      "named on stderr and in OUTPUT.errors.jsonl, and the exit code is 3");
  add_label_options(options);
  add_decode_limit_options(options);
  return options;
}

CocoFile coco_records(const fs::path& path, SkipLog& skips) {
  if (!skips.allowed()) return read_coco(path);
  std::vector<BadAnnotation> bad;
  CocoFile records = read_coco(path, &bad);
  for (const BadAnnotation& a : bad) skips.annotation(a.index, a.id, a.image_id, a.reason);
  return records;
}

CocoFile records_of(const ParsedOptions& options, const fs::path& folder, SkipLog& skips) {
  if (options.has("coco")) return coco_records(options.get<std::string>("coco"), skips);
  const FolderListing listing = list_images(folder);
  require(!listing.images.empty(), ErrorCode::no_input,
          "{}: expected .jpg, .jpeg or .png files, found none among {} files", folder.string(),
          listing.other_files);
  if (listing.other_files > 0) {
    std::cerr << fmt::format(
        "roiflow: warning: {}: {} files that are not .jpg, .jpeg or .png are "
        "left out\n",
        folder.string(), listing.other_files);
  }
  CocoFile records;
  for (const std::string& name : listing.images) {
    ImageRecord record;
    record.id = std::ssize(records.images) + 1;
    record.file_name = name;
    records.images.push_back(record);
  }
  records.annotations.resize(records.images.size());
  return records;
}

/// Adds another part of every sample behind those that `source` has.
void complete_with(PackSource& source, std::function<void(Sample&)> more) {
  source.complete = [before = std::move(source.complete), more = std::move(more)](Sample& sample) {
    if (before) before(sample);
    more(sample);
  };
}

PackSource images_and_labels(const ParsedOptions& options, SkipLog& skips) {
  if (options.has("voc")) {
    require(!options.has("coco") && !options.has("images") && !options.has("labels"),
            ErrorCode::usage,
            "--voc names images, annotations and label maps; --images, --coco and --labels do not "
            "go with it");
    const std::string split = options.has("split") ? options.get<std::string>("split") : "";
    return voc_source(options.get<std::string>("voc"), split, skips, decode_limits(options));
  }
  require(!options.has("split"), ErrorCode::usage, "--split is for --voc DIR");
  const fs::path folder = options.get<std::string>("images");
  require(is_folder(folder), ErrorCode::no_input,
          "{}: expected the folder of images (--images), found none", folder.string());
  CocoFile records = records_of(options, folder, skips);
  auto labels = PackedLabels::from(options, records.images, records.categories);
  PackSource source{
      .folder = folder,
      .images = std::move(records.images),
      .annotations = std::move(records.annotations),
      .info = {.categories = std::move(records.categories), .extra = std::move(records.extra)}};
  if (labels) {
    source.info.has_label_maps = true;
    source.info.ignore_label = labels->ignore_label();
    complete_with(source, [maps = std::move(*labels)](Sample& sample) { maps.attach(sample); });
  }
  return source;
}

PackSource source_of(const ParsedOptions& options, SkipLog& skips) {
  PackSource source = images_and_labels(options, skips);
  source.decode = decode_limits(options);
  if (options.has("proposals")) {
    source.info.has_proposals = true;
    PackedProposals proposals(options.get<std::string>("proposals"), source.images);
    complete_with(source, [kept = std::move(proposals)](Sample& sample) { kept.attach(sample); });
  }
  return source;
}

}  // namespace

int pack_command(const std::vector<std::string>& arguments) {
  const auto options = pack_options().parse(arguments);
  if (!options) return 0;
  const auto& output = options->get<std::string>("output");
  SkipLog skips(options->flag("skip-bad"));
  pack_images(output, source_of(*options, skips), skips, options->flag("quiet"));
  std::cout << output << ": " << dataset_summary(dataset_statistics(output)) << '\n';
  if (skips.images() == 0 && skips.annotations() == 0) return 0;
  std::cout << fmt::format(
      "skipped: {} images and {} annotations (those of these images among them), with the reasons "
      "in "
      "{}.errors.jsonl\n",
      skips.images(), skips.annotations(), output);
  return exit_with_failures;
}

}  // namespace roiflow
