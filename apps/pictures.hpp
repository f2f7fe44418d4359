/// What `show` and the report draw: annotations and detections of an image as drawn objects.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/draw/draw.hpp"
#include "stages/evaluate/detection_result.hpp"

namespace roiflow {

using CategoryNames = std::map<std::int64_t, std::string>;
[[nodiscard]] CategoryNames category_names(std::span<const Category> categories);

/// With masks where there are any; `height` and `width` are the image's, for polygons. Throws
/// Error{bad_data} if a mask is malformed.
[[nodiscard]] std::vector<DrawnObject> annotated_objects(const CategoryNames& names,
                                                         std::span<const Annotation> annotations,
                                                         int height, int width);

/// Those that `keep` says yes to; the best one comes last and so lies on top.
[[nodiscard]] std::vector<DrawnObject> found_objects(
    const CategoryNames& names, std::vector<DetectionResult> detections,
    const std::function<bool(const DetectionResult&)>& keep);

/// The image with its longer side at most `most` pixels: each pixel is the mean of the area that it
/// covers. Smaller images stay as they are.
[[nodiscard]] Image shrunk(const Image& image, int most);

/// The object in an image of that size, instead of `from`; mask pixels are taken where the centre
/// of the new pixel lies.
[[nodiscard]] DrawnObject scaled(const DrawnObject& object, const Image& from, const Image& to);

}  // namespace roiflow
