#include "io/dataset/dataset_proposals.hpp"

#include <algorithm>
#include <cmath>

#include "stages/core/error.hpp"

namespace roiflow {

ProposalColumns::ProposalColumns(const hdf5::Group& group, std::int64_t images)
    : bbox_(group, "bbox"), score_(group, "score") {
  require(bbox_.rows() == images && score_.rows() == images, ErrorCode::bad_data,
          "{}: expected {} rows, found {} of bbox and {} of score", group.location(), images,
          bbox_.rows(), score_.rows());
}

std::vector<Proposal> ProposalColumns::read(std::int64_t row) const {
  const auto boxes = bbox_.read<double>(row);
  const auto scores = score_.read<double>(row);
  require(boxes.size() == 4 * scores.size(), ErrorCode::bad_data,
          "{}: row {}: expected {} numbers, four for each score, found {}", bbox_.data().location(),
          row, 4 * scores.size(), boxes.size());
  const auto bad = std::ranges::find_if(boxes, [](double v) { return !std::isfinite(v); });
  require(bad == boxes.end(), ErrorCode::bad_data, "{}: row {}: expected finite numbers, found {}",
          bbox_.data().location(), row, bad == boxes.end() ? 0.0 : *bad);
  std::vector<Proposal> proposals(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    std::copy_n(boxes.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, proposals[i].bbox.begin());
    proposals[i].score = scores[i];
  }
  return proposals;
}

ProposalWriter::ProposalWriter(hdf5::Group group)
    : group_(std::make_unique<hdf5::Group>(std::move(group))),
      bbox_(*group_, "bbox"),
      score_(*group_, "score") {}

void ProposalWriter::append(const std::vector<Proposal>& proposals) {
  std::vector<double> boxes, scores;
  for (const Proposal& proposal : proposals) {
    boxes.insert(boxes.end(), proposal.bbox.begin(), proposal.bbox.end());
    scores.push_back(proposal.score);
  }
  bbox_.append(boxes);
  score_.append(scores);
}

void ProposalWriter::finish() {
  bbox_.finish();
  score_.finish();
}

}  // namespace roiflow
