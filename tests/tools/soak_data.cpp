/// What tests/soak.sh needs beside the program itself.
///
///   soak_data damage FROM.h5 TO.h5    a copy in which every hundredth image is damaged, each in
///                                     another of six ways
///   soak_data compare WHOLE.h5 SOME.h5    predictions: every image that SOME has must be, bit by
///                                     bit, as in WHOLE; prints how many there are, 1 if one
///                                     differs
#include <cstring>
#include <iostream>
#include <string>

#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t one_in = 100;

void damage(std::vector<std::uint8_t>& file, std::int64_t way) {
  const auto half = file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2);
  switch (way % 6) {
    case 0:  // cut
      file.erase(half, file.end());
      break;
    case 1:  // empty
      file.clear();
      break;
    case 2:  // a hole
      std::fill(half, file.end(), 0);
      break;
    case 3:  // no image at all
      std::fill(file.begin(), file.end(), 'x');
      break;
    case 4:  // a width of 65535, in the frame header
      for (std::size_t i = 0; i + 9 < file.size(); ++i) {
        if (file[i] == 0xFF && file[i + 1] == 0xC0) file[i + 5] = file[i + 6] = 0xFF;
      }
      file[file.size() / 2] ^= 0xFF;
      break;
    default:  // the beginning alone
      file.resize(20);
  }
}

int make_damaged(const std::string& from, const std::string& to) {
  const DatasetReader reader(from);
  DatasetWriter writer(to, reader.info());
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    Sample sample = reader.read(i);
    if (i % one_in == one_in / 2) damage(sample.encoded, i / one_in);
    writer.append(sample);
  }
  writer.close();
  return 0;
}

bool same(const DetectionResult& a, const DetectionResult& b) {
  return std::memcmp(&a.score, &b.score, sizeof a.score) == 0 && a.bbox == b.bbox &&
         a.category_id == b.category_id && a.mask == b.mask;
}

int compare(const std::string& whole_path, const std::string& some_path) {
  const PredictionsReader whole(whole_path), some(some_path);
  const IouType type = whole.has_masks() ? IouType::segm : IouType::bbox;
  std::int64_t good = 0, failed = 0;
  for (std::int64_t row = 0; row < some.size(); ++row) {
    const ImagePredictions a = whole.read(row, type), b = some.read(row, type);
    if (b.failed) {
      ++failed;
      continue;
    }
    ++good;
    const bool equal = a.image_id == b.image_id &&
                       std::ranges::equal(a.detections, b.detections, same) &&
                       whole.label_map(row) == some.label_map(row);
    if (equal) continue;
    std::cerr << "image " << b.image_id << " differs\n";
    return 1;
  }
  std::cout << good << " images are the same bit by bit, " << failed << " failed in one\n";
  return 0;
}

}  // namespace
}  // namespace roiflow

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "damage") {
    return roiflow::make_damaged(arguments[1], arguments[2]);
  }
  if (arguments.size() == 3 && arguments[0] == "compare") {
    return roiflow::compare(arguments[1], arguments[2]);
  }
  std::cerr << "usage: soak_data damage FROM.h5 TO.h5 | compare WHOLE.h5 SOME.h5\n";
  return 64;
}
