#include "apps/pack/pack_proposals.hpp"

#include <algorithm>
#include <cmath>

#include "io/coco/results_json.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

PackedProposals::PackedProposals(const std::string& path, const std::vector<ImageRecord>& images) {
  for (const ImageRecord& image : images) of_image_[image.id];
  const ResultsFile file = read_results_json(path);
  for (std::size_t i = 0; i < file.records.size(); ++i) {
    const ResultRecord& record = file.records[i];
    const auto image = of_image_.find(record.image_id);
    require(image != of_image_.end(), ErrorCode::bad_data,
            "{}: /{}/image_id: expected an image of the data set, found {} (--proposals)", path, i,
            record.image_id);
    require(record.bbox.has_value(), ErrorCode::bad_data,
            "{}: /{}: \"bbox\" is missing (--proposals)", path, i);
    const bool finite =
        std::ranges::all_of(*record.bbox, [](double v) { return std::isfinite(v); });
    require(finite && std::isfinite(record.score), ErrorCode::bad_data,
            "{}: /{}: expected finite numbers, found others (--proposals)", path, i);
    image->second.push_back({*record.bbox, record.score});
  }
  for (auto& [id, proposals] : of_image_) {
    std::ranges::stable_sort(proposals, std::ranges::greater{}, &Proposal::score);
  }
}

void PackedProposals::attach(Sample& sample) const {
  sample.proposals = of_image_.at(sample.record.id);
}

}  // namespace roiflow
