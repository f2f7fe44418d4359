#include <filesystem>
#include <iostream>

#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/dataset_summary.hpp"
#include "apps/model_info.hpp"
#include "apps/options.hpp"
#include "apps/read_description.hpp"
#include "io/dataset/dataset.hpp"
#include "io/file_info.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Options info_options() {
  Options options("info",
                  "Says what a data set, model or predictions file holds; of a model description: "
                  "layers, shapes,\nparameters and arithmetic.",
                  "roiflow info val2017.h5\n"
                  "  roiflow info configs/mask_rcnn_r50_fpn.ini --size 800x1088");
  options.positional("file", 1, "the file: .h5, or a model description (.ini)");
  options.add()("json", po::bool_switch(), "as one JSON object")(
      "size", po::value<std::string>()->value_name("HxW"),
      "of a model description: the network's input in pixels; default: what an image of 640 x 480 "
      "becomes");
  return options;
}

Json to_json(const DatasetStatistics& s) {
  Json categories = Json::array();
  for (std::size_t i = 0; i < s.categories.size(); ++i) {
    categories.push_back({{"id", s.categories[i].id},
                          {"name", s.categories[i].name},
                          {"annotations", s.annotations_of_category[i]}});
  }
  return {{"images", s.images},
          {"images_without_annotations", s.images_without_annotations},
          {"encoded_bytes", s.encoded_bytes},
          {"width", {s.least_width, s.most_width}},
          {"height", {s.least_height, s.most_height}},
          {"annotations", s.annotations},
          {"crowd", s.crowds},
          {"difficult", s.difficults},
          {"segmentations",
           {{"none", s.segmentations[0]},
            {"polygons", s.segmentations[1]},
            {"rle", s.segmentations[2]},
            {"compressed_rle", s.segmentations[3]}}},
          {"label_maps", s.has_label_maps},
          {"images_with_label_map", s.label_maps},
          {"ignore_label", s.has_label_maps ? Json(s.ignore_label) : Json()},
          {"proposals", s.has_proposals ? Json(s.proposals) : Json()},
          {"categories", categories}};
}

Json to_json(const FileInfo& info) {
  Json attributes = Json::object();
  for (const auto& [name, value] : info.attributes) {
    std::visit([&, &key = name](const auto& v) { attributes[key] = v; }, value);
  }
  Json arrays = Json::array();
  for (const FileArray& array : info.arrays) {
    arrays.push_back({{"name", array.name}, {"type", array.type}, {"shape", array.shape}});
  }
  return {{"format", info.format},
          {"version", info.version},
          {"bytes", info.bytes},
          {"attributes", attributes},
          {"arrays", arrays}};
}

void print_dataset(const DatasetStatistics& s) {
  std::cout << dataset_summary(s) << '\n'
            << fmt::format(
                   "  image sizes    {} to {} wide, {} to {} high\n"
                   "  without boxes  {} images\n"
                   "  masks          {} polygons, {} run lengths, {} compressed run lengths, {} "
                   "none\n",
                   s.least_width, s.most_width, s.least_height, s.most_height,
                   s.images_without_annotations, s.segmentations[1], s.segmentations[2],
                   s.segmentations[3], s.segmentations[0]);
  if (s.has_label_maps) {
    std::cout << fmt::format("  label maps     {} of {} images; {} is the label to ignore\n",
                             s.label_maps, s.images, s.ignore_label);
  }
  std::cout << "  categories (id, name, annotations)\n";
  for (std::size_t i = 0; i < s.categories.size(); ++i) {
    std::cout << fmt::format("    {:>6}  {:<24} {:>8}\n", s.categories[i].id, s.categories[i].name,
                             s.annotations_of_category[i]);
  }
}

void print_arrays(const FileInfo& info) {
  std::int64_t elements = 0;
  for (const FileArray& array : info.arrays) elements += array.elements();
  std::cout << fmt::format("  {} arrays, {} numbers\n", info.arrays.size(), elements);
  for (const FileArray& array : info.arrays) {
    std::cout << fmt::format("    {:<56} {:<8} [{}]\n", array.name, array.type,
                             fmt::join(array.shape, ", "));
  }
}

void print_attributes(const FileInfo& info) {
  for (const auto& [name, value] : info.attributes) {
    const std::string text = std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
    const bool lines = text.find('\n') != std::string::npos;
    std::cout << fmt::format("  {}:{}{}{}", name, lines ? "\n" : " ", text,
                             text.ends_with('\n') ? "" : "\n");
  }
}

}  // namespace

int info_command(const std::vector<std::string>& arguments) {
  const auto options = info_options().parse(arguments);
  if (!options) return 0;
  const auto& path = options->get<std::string>("file");
  if (std::filesystem::path(path).extension() == ".ini") {
    const ModelInfo info =
        model_info(read_description(path), path,
                   options->has("size") ? options->get<std::string>("size") : std::string());
    std::cout << (options->flag("json") ? model_info_json(info) : model_info_text(info, path));
    return 0;
  }
  require(!options->has("size"), ErrorCode::usage, "--size is for a model description (.ini)");
  const FileInfo info = file_info(path);
  const bool is_dataset = info.format == dataset_format;
  if (options->flag("json")) {
    Json json = to_json(info);
    if (is_dataset) json["dataset"] = to_json(dataset_statistics(path));
    std::cout << json.dump(2) << '\n';
    return 0;
  }
  std::cout << fmt::format("{}: {} version {}, {}\n", path, info.format, info.version,
                           readable_bytes(static_cast<std::int64_t>(info.bytes)));
  if (is_dataset) print_dataset(dataset_statistics(path));
  print_attributes(info);
  print_arrays(info);
  return 0;
}

}  // namespace roiflow
