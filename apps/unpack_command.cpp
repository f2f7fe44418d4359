#include <iostream>

#include "apps/commands.hpp"
#include "apps/dataset_summary.hpp"
#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "io/coco/coco_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/file_name.hpp"
#include "io/image_folder.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

Options unpack_options() {
  Options options("unpack",
                  "Gives back what `pack` took: DIR/annotations.json in COCO's format, the image "
                  "files in DIR/images\nand, if there are any, label maps as PNG in DIR/labels.",
                  "roiflow unpack val2017.h5 --out val2017");
  options.positional("data", 1, "the data set");
  options.add()("out,o", po::value<std::string>()->value_name("DIR"),
                "where to (required); must be empty or not exist");
  return options;
}

void require_empty(const fs::path& folder) {
  std::error_code ignored;
  require(!fs::exists(folder, ignored) || fs::is_empty(folder, ignored), ErrorCode::cannot_create,
          "{}: expected an empty folder or none (--out), found files in it", folder.string());
}

/// A data set may come from anywhere: its file names must not lead out of the folder or hit a file
/// that another of its images has written.
void write_below(const fs::path& folder, const fs::path& name,
                 const std::vector<std::uint8_t>& bytes, const std::string& item) {
  const std::string_view problem = file_name_problem(name.string());
  require(problem.empty(), ErrorCode::bad_data,
          "{}: expected a file name below the folder, found {}: '{}'", item, problem,
          name.string());
  const fs::path file = folder / name;
  std::error_code ignored;
  require(!fs::exists(file, ignored), ErrorCode::bad_data,
          "{}: expected every file name once, found '{}' again", item, name.string());
  write_bytes(file, bytes);
}

void write_sample(const Sample& sample, const fs::path& folder, const std::string& item) {
  const fs::path name = sample.record.file_name;
  write_below(folder / "images", name, sample.encoded, item);
  if (sample.label_map.empty()) return;
  write_below(folder / "labels", fs::path(name).replace_extension(".png"), sample.label_map, item);
}

}  // namespace

int unpack_command(const std::vector<std::string>& arguments) {
  const auto options = unpack_options().parse(arguments);
  if (!options) return 0;
  const DatasetReader reader(options->get<std::string>("data"));
  const fs::path folder = options->get<std::string>("out");
  require_empty(folder);
  create_folder(folder / "images");
  std::int64_t label_maps = 0;
  CocoWriter annotations(folder / "annotations.json", reader.categories(), reader.info().extra);
  {
    Progress progress("unpack", reader.size(), Progress::style_for_stderr(options->flag("quiet")));
    for (std::int64_t i = 0; i < reader.size(); ++i) {
      const Sample sample = reader.read(i);
      label_maps += sample.label_map.empty() ? 0 : 1;
      write_sample(sample, folder,
                   fmt::format("{}: image {} (id {})", reader.path(), i, sample.record.id));
      annotations.append(sample.record, sample.annotations);
      progress.update(i + 1, 0);
    }
  }
  annotations.close();
  std::cout << fmt::format("{}: {} images, {} annotations\n", folder.string(), reader.size(),
                           reader.annotation_count());
  if (label_maps > 0) {
    std::cout << fmt::format(
        "{}: {} label maps; back with pack --coco {} --images {} --labels {} --ignore-label {}{}\n",
        (folder / "labels").string(), label_maps, (folder / "annotations.json").string(),
        (folder / "images").string(), (folder / "labels").string(), reader.info().ignore_label,
        label_maps < reader.size() ? " --partial-labels" : "");
  }
  return 0;
}

}  // namespace roiflow
