#include "io/voc/voc_classes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace roiflow {
namespace {

/// VOC2007 and later; label maps use their numbers, from 1.
constexpr std::array<std::string_view, 20> twenty = {
    "aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",      "car",
    "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",    "motorbike",
    "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};

bool is_of_voc(const std::string& name) {
  return std::ranges::find(twenty, name) != twenty.end();
}

void add(std::vector<Category>& categories, std::string_view name) {
  categories.push_back({.id = std::ssize(categories) + 1, .name = std::string(name)});
}

}  // namespace

std::vector<Category> voc_categories(const std::vector<std::string>& names) {
  const bool all = std::ranges::all_of(names, is_of_voc);
  std::vector<Category> categories;
  for (const std::string_view name : twenty) {
    if (all || std::ranges::find(names, name) != names.end()) add(categories, name);
  }
  for (const std::string& name : names) {
    if (!is_of_voc(name)) add(categories, name);
  }
  return categories;
}

}  // namespace roiflow
