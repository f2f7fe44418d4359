#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>

#include "apps/commands.hpp"
#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/error.hpp"
#include "stages/synth/synth.hpp"

namespace roiflow {
namespace {

Options synth_options() {
  Options options(
      "synth",
      "Makes a labelled synthetic data set: circles, rectangles, triangles, stars and crosses with "
      "boxes, masks, crowds and label maps. The same seed gives the same bytes.",
      "roiflow synth --images 200 --seed 7 -o shapes.h5");
  options.add()("output,o", po::value<std::string>()->value_name("FILE.h5"),
                "the data set to write (required); an existing file is replaced")(
      "images", po::value<std::int64_t>()->value_name("N")->default_value(200), "how many images")(
      "seed", po::value<std::uint64_t>()->value_name("S")->default_value(1),
      "which images: another seed gives a wholly different set");
  return options;
}

/// Images are made in parallel, a batch at a time, and written in order.
void write_images(DatasetWriter& writer, const SynthParams& params, std::int64_t images,
                  Progress& progress) {
  constexpr std::int64_t batch_images = 64;
  std::vector<Sample> batch;
  for (std::int64_t first = 0; first < images; first += batch_images) {
    batch.resize(static_cast<std::size_t>(std::min(batch_images, images - first)));
    tbb::parallel_for(std::size_t{0}, batch.size(), [&](std::size_t i) {
      batch[i] = synthesize(params, first + static_cast<std::int64_t>(i));
    });
    for (const Sample& sample : batch) writer.append(sample);
    progress.update(first + std::ssize(batch), 0);
  }
}

}  // namespace

int synth_command(const std::vector<std::string>& arguments) {
  const auto options = synth_options().parse(arguments);
  if (!options) return 0;
  const auto& path = options->get<std::string>("output");
  const auto images = options->get<std::int64_t>("images");
  require(images >= 1, ErrorCode::usage, "--images must be at least 1, found {}", images);
  SynthParams params;
  params.seed = options->get<std::uint64_t>("seed");

  DatasetWriter writer(path,
                       {.categories = synth_categories(), .extra = "", .has_label_maps = true});
  {
    Progress progress("synth", images, Progress::style_for_stderr(options->flag("quiet")));
    write_images(writer, params, images, progress);
  }
  writer.close();
  std::cout << fmt::format("{}: {} {}, seed {}\n", path, images, images == 1 ? "image" : "images",
                           params.seed);
  return 0;
}

}  // namespace roiflow
