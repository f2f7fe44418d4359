/// What a segmenter's run puts into its directory, written while the run goes on and published at
/// its end: predictions.h5 with a label map an image, in data-set order. Sums up the comparison
/// with the ground truth on the way; memory does not grow with the images.
///
/// consume() is the graph's sink: every image once, in order, one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "apps/report/report.hpp"
#include "graph/segmentation_graph.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/semantic/semantic_confusion.hpp"

namespace roiflow {

class LabelMapOutput {
 public:
  /// The directory must exist. `classes`: what is compared, or nothing.
  LabelMapOutput(const std::filesystem::path& directory,
                 const std::optional<SemanticClasses>& classes);

  void consume(const Token<Segmented>& token);

  /// Makes the file appear; once.
  void publish() { predictions_.close(); }

  /// The accuracy over everything that was compared.
  void summarise(Report& report) const;
  [[nodiscard]] std::int64_t compared() const { return compared_; }

 private:
  PredictionsWriter predictions_;
  std::optional<SemanticConfusion> confusion_;
  std::int64_t compared_ = 0;
};

}  // namespace roiflow
