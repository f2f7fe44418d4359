/// Test-only: prints the boxes of Selective Search, or writes a segmentation, for scripts that
/// compare them with other programs.
///
///     selective_search_boxes boxes MODE WORKING_HEIGHT MAX_PROPOSALS MIN_SIDE IMAGE...
///     selective_search_boxes segments SIGMA K MIN_SIZE IMAGE...
///
/// One JSON object a line and image, on standard output: {"file": .., "seconds": .., "boxes": [x0,
/// y0, x1, y1, ..]}, or {"file": .., "seconds": .., "segments": N, "labels": [..]}. Seconds are
/// processor time of the search alone, after decoding.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"
#include "stages/selective_search/graph_segmentation.hpp"
#include "stages/selective_search/selective_search.hpp"

using namespace roiflow;

namespace {

Image load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  require(file.good(), ErrorCode::no_input, "{}: cannot be opened", path);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  return decode(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void print_boxes(const std::vector<std::string>& arguments) {
  SelectiveSearchParams params;
  params.mode = selective_search_mode(arguments.at(1));
  params.working_height = std::stoi(arguments.at(2));
  params.max_proposals = std::stoi(arguments.at(3));
  params.min_side = std::stof(arguments.at(4));
  for (std::size_t i = 5; i < arguments.size(); ++i) {
    const Image image = load(arguments[i]);
    const double start = processor_seconds();
    const std::vector<Box> boxes = selective_search(image, params);
    const double seconds = processor_seconds() - start;
    std::vector<float> flat;
    for (const Box& box : boxes) flat.insert(flat.end(), {box.x0, box.y0, box.x1, box.y1});
    fmt::print("{{\"file\": \"{}\", \"seconds\": {}, \"boxes\": [{}]}}\n", arguments[i], seconds,
               fmt::join(flat, ","));
  }
}

void print_segments(const std::vector<std::string>& arguments) {
  const GraphSegmentationParams params{std::stof(arguments.at(1)), std::stof(arguments.at(2)),
                                       std::stoi(arguments.at(3))};
  for (std::size_t i = 4; i < arguments.size(); ++i) {
    const Image image = load(arguments[i]);
    const double start = processor_seconds();
    const Segmentation found = segment_image(image, params);
    const double seconds = processor_seconds() - start;
    fmt::print("{{\"file\": \"{}\", \"seconds\": {}, \"segments\": {}, \"labels\": [{}]}}\n",
               arguments[i], seconds, found.segments, fmt::join(found.labels, ","));
  }
}

}  // namespace

int main(int count, char** values) try {
  const std::vector<std::string> arguments(values + 1, values + count);
  if (!arguments.empty() && arguments[0] == "boxes") {
    print_boxes(arguments);
  } else if (!arguments.empty() && arguments[0] == "segments") {
    print_segments(arguments);
  } else {
    fail(ErrorCode::usage, "selective_search_boxes boxes|segments ...: see the head of its source");
  }
  return 0;
} catch (const Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return static_cast<int>(error.code());
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return static_cast<int>(ErrorCode::internal);
}
