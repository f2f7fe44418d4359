/// `pack --proposals`: regions from outside (of Selective Search, of another network) beside the
/// images they were found in.
///
/// The file is a COCO results file: {"image_id", "category_id", "bbox": [x, y, width, height],
/// "score"}; the category is not looked at. An image's proposals are stored best first, equal
/// scores in the order of the file.
///
/// Errors: as read_results_json; Error{bad_data} naming the record if it has no box, a box that is
/// not finite, or an image that the annotations do not list.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

class PackedProposals {
 public:
  PackedProposals(const std::string& path, const std::vector<ImageRecord>& images);

  /// Fills sample.proposals.
  void attach(Sample& sample) const;

 private:
  std::unordered_map<std::int64_t, std::vector<Proposal>> of_image_;
};

}  // namespace roiflow
