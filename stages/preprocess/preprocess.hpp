/// Preprocessing: an image becomes the network's input. Mode "torchvision" does what
/// torchvision.models.detection.transform.GeneralizedRCNNTransform does in evaluation:
///
///   1. normalise   (value / 255 - mean) / std, per channel, float32
///   2. resize      bilinear, align_corners=False, no antialiasing; scale = min(min_size / shorter
///                  side, max_size / longer side) in float32, the new sides are rounded down
///   3. pad         with zeros (that is: the mean colour) at the right and the bottom, to a
///                  multiple of size_divisible
///
/// Mode "caffe" does what py-faster-rcnn and FCN do with numpy and OpenCV: BGR, (value - mean) /
/// std of values 0 .. 255; scale = min_size / shorter side, or if the longer side would then be
/// more than max_size, max_size / longer side; sides are rounded to nearest; bilinear as cv2.resize
/// of float32 does it; the same padding.
///
/// Mode "pillow" does what detectron2 does: BGR; scale as for caffe, sides rounded half up; the
/// bytes are resized as Pillow's BILINEAR does it, which averages where an image shrinks; then
/// (value - mean) / std of 0 .. 255; the same padding.
///
/// Mode "d2go" does what the exported models of D2Go do in front of their network: BGR; scale =
/// min_size / shorter side, no limit for the longer side, sides rounded down; bilinear with
/// align_corners=True; only then (value - mean) / std of 0 .. 255; the same padding.
///
/// In all modes min_size = 0 leaves images as large as they are.
///
///   in    Image, 8-bit RGB of any size
///   out   pixels [1, padded height, padded width, 3] float32 NHWC, RGB or BGR; geometry
///         says how to go back
///
/// Coordinates. A resized coordinate x lies at x * original width / resized width in the original
/// (the quotient of the sizes, not the scale: rounding made them differ). py-faster-rcnn divides
/// boxes by its scale instead, so there they differ by less than a pixel of the resized image. D2Go
/// divides both axes by the one scale too; here the geometry then holds it.
/// Where torchvision would round a side down to 0 and fail (1 x 3000 pixels) the side becomes 1.
///
/// Example: 640 x 480 with min_size 800, max_size 1333: scale 800 / 480, resized 1066 x 800, padded
/// 1088 x 800.
///
/// `operator()` is const and may be called from several threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/preprocess/resize_plan.hpp"

namespace roiflow {

enum class PreprocessMode { torchvision, caffe, pillow, d2go };

/// Throws Error{usage} that lists the known names.
[[nodiscard]] PreprocessMode preprocess_mode(std::string_view name);

struct PreprocessParams {
  PreprocessMode mode = PreprocessMode::torchvision;
  int min_size = 800;   ///< pixels of the shorter side (0: as it is) ...
  int max_size = 1333;  ///< ... unless the longer side would be more than this
  std::array<float, 3> mean{0.485F, 0.456F, 0.406F};  ///< in the mode's channel order and scale
  std::array<float, 3> std{0.229F, 0.224F, 0.225F};
  int size_divisible = 32;  ///< coarsest stride of the network
};

struct NetworkInput {
  Tensor<float, 4> pixels;
  ImageGeometry geometry;
  std::vector<Box> proposals;  ///< that came with the image (Fast R-CNN); resized pixels
};

/// A network needs some hundred times the memory of its input: one image beyond this would end a
/// run that has done thousands.
inline constexpr std::int64_t most_input_pixels = std::int64_t{1} << 25;

/// What a byte becomes before it is resampled (mode pillow: afterwards), [value][channel of the
/// network's input].
using NormalisationTable = std::array<std::array<float, 3>, 256>;

/// Whether a mode's network sees blue first.
[[nodiscard]] constexpr bool is_bgr(PreprocessMode mode) {
  return mode != PreprocessMode::torchvision;
}

class Preprocess {
 public:
  /// Throws Error{usage} if a size or a deviation is not positive; min_size may be 0.
  explicit Preprocess(const PreprocessParams& params);

  /// What would come out for an image of that size, without doing it.
  [[nodiscard]] ImageGeometry geometry(int height, int width) const;
  /// The same, but throws as operator().
  [[nodiscard]] ImageGeometry checked_geometry(const Image& image) const;
  [[nodiscard]] ImageGeometry checked_geometry(int height, int width) const;

  /// Throws Error{bad_data} if the image is empty, its pixels do not fit its size, or the network's
  /// input would have more than most_input_pixels.
  [[nodiscard]] NetworkInput operator()(const Image& image) const;

  /// How an image of that geometry is resampled; in mode pillow, once its bytes are resized.
  [[nodiscard]] ResizePlan plan(const ImageGeometry& geometry) const;
  [[nodiscard]] const PreprocessParams& params() const { return params_; }
  [[nodiscard]] const NormalisationTable& normalised() const { return normalised_; }

 private:
  /// Resized pixels per pixel of the image.
  [[nodiscard]] double scale(int height, int width) const;
  /// Height and width after resizing in mode pillow.
  [[nodiscard]] std::pair<int, int> pillow_size(int height, int width) const;
  /// A side after resizing, rounded as the mode does it.
  [[nodiscard]] int resized(int size, double scale) const;
  /// Resizes and normalises into input.pixels, whose geometry is set.
  void fill(NetworkInput& input, const Image& image) const;

  PreprocessParams params_;
  NormalisationTable normalised_;
};

}  // namespace roiflow
