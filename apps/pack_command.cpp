#include <iostream>

#include "apps/commands.hpp"
#include "apps/dataset_summary.hpp"
#include "apps/options.hpp"
#include "apps/pack_labels.hpp"
#include "apps/progress.hpp"
#include "io/coco/coco_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_statistics.hpp"
#include "io/image_folder.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

constexpr int exit_with_failures = 3;

Options pack_options() {
  Options options(
      "pack",
      "Makes a data set: the images of a folder, with the annotations of a COCO file if there is\n"
      "one. Every record is checked; `unpack` is the way back.",
      "roiflow pack --coco instances_val2017.json --images val2017 -o val2017.h5");
  options.add()("images", po::value<std::string>()->value_name("DIR"),
                "the folder of the image files (JPEG, PNG) (required)")(
      "coco", po::value<std::string>()->value_name("FILE.json"),
      "annotations in COCO's format; the images are those it lists, in its order. Without it: all "
      "images of the folder and its sub-folders, sorted by name, ids from 1")(
      "output,o", po::value<std::string>()->value_name("FILE.h5"),
      "the data set to write (required); an existing file is replaced when all is done")(
      "skip-bad", po::bool_switch(),
      "leave out images that are missing, unreadable or of another size than annotated; each is "
      "named on stderr, and the exit code is 3");
  add_label_options(options);
  return options;
}

/// The boxes stand either in the stored image or in the one that EXIF turns upright.
void check_size(const ImageRecord& record, const ImageInfo& found, const std::string& file) {
  const bool as_stored = found.width == record.width && found.height == record.height;
  const bool on_its_side = found.orientation >= 5;  // EXIF 5 .. 8 exchange width and height
  const bool upright = on_its_side && found.height == record.width && found.width == record.height;
  require(as_stored || upright, ErrorCode::bad_data,
          "{}: image {}: the annotations say {} x {} pixels, found {} x {} (--skip-bad leaves such "
          "images out)",
          file, record.id, record.width, record.height, found.width, found.height);
}

ImageInfo probe_file(const std::string& file, const std::vector<std::uint8_t>& bytes) {
  try {
    return probe(bytes);
  } catch (const Error& error) {
    fail(error.code(), "{}: {} (--skip-bad leaves such images out)", file, error.what());
  }
}

/// Reads one image file and puts it into `sample`, whose record is checked or completed.
void load_image(const fs::path& folder, Sample& sample) {
  const std::string file = (folder / sample.record.file_name).string();
  sample.encoded = read_bytes(file);
  const ImageInfo found = probe_file(file, sample.encoded);
  if (sample.record.width == 0) {
    sample.record.width = found.width;
    sample.record.height = found.height;
  }
  check_size(sample.record, found, file);
}

CocoFile records_of(const ParsedOptions& options, const fs::path& folder) {
  if (options.has("coco")) return read_coco(options.get<std::string>("coco"));
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

struct Skipped {
  std::int64_t images = 0, annotations = 0;
};

Skipped write_images(DatasetWriter& writer, CocoFile& records, const fs::path& folder,
                     const std::optional<PackedLabels>& labels, const ParsedOptions& options) {
  const bool quiet = options.flag("quiet"), skip = options.flag("skip-bad");
  Progress progress("pack", std::ssize(records.images), Progress::style_for_stderr(quiet));
  Skipped skipped;
  for (std::size_t i = 0; i < records.images.size(); ++i) {
    Sample sample;
    sample.record = std::move(records.images[i]);
    sample.annotations = std::move(records.annotations[i]);
    try {
      load_image(folder, sample);
      if (labels) labels->attach(sample);
      writer.append(sample);
    } catch (const Error& error) {
      const bool about_image =
          error.code() == ErrorCode::bad_data || error.code() == ErrorCode::no_input;
      if (!skip || !about_image) throw;
      ++skipped.images;
      skipped.annotations += std::ssize(sample.annotations);
      std::cerr << "roiflow: skipped: " << error.what() << '\n';
    }
    progress.update(static_cast<std::int64_t>(i) + 1, skipped.images);
  }
  return skipped;
}

}  // namespace

int pack_command(const std::vector<std::string>& arguments) {
  const auto options = pack_options().parse(arguments);
  if (!options) return 0;
  const fs::path folder = options->get<std::string>("images");
  const auto& output = options->get<std::string>("output");
  std::error_code ignored;
  require(fs::is_directory(folder, ignored), ErrorCode::no_input,
          "{}: expected the folder of images (--images), found none", folder.string());
  CocoFile records = records_of(*options, folder);
  const auto labels = PackedLabels::from(*options, records.images, records.categories);
  DatasetWriter writer(output, {.categories = records.categories,
                                .extra = records.extra,
                                .has_label_maps = labels.has_value(),
                                .ignore_label = labels ? labels->ignore_label() : 255});
  const Skipped skipped = write_images(writer, records, folder, labels, *options);
  writer.close();
  std::cout << output << ": " << dataset_summary(dataset_statistics(output)) << '\n';
  if (skipped.images == 0) return 0;
  std::cout << fmt::format("skipped: {} images with {} annotations, each named on stderr\n",
                           skipped.images, skipped.annotations);
  return exit_with_failures;
}

}  // namespace roiflow
