#include "stages/detector/regions.hpp"

#include "stages/core/error.hpp"
#include "stages/selective_search/selective_search.hpp"

namespace roiflow {
namespace {

Box to_box(const std::array<double, 4>& xywh, const Image& image) {
  const Box box{static_cast<float>(xywh[0]), static_cast<float>(xywh[1]),
                static_cast<float>(xywh[0] + xywh[2]), static_cast<float>(xywh[1] + xywh[3])};
  return clip(box, static_cast<float>(image.height), static_cast<float>(image.width));
}

std::vector<Box> chosen(std::span<const Proposal> proposals, const Image& image,
                        const ProposalDescription& d) {
  std::vector<Box> boxes;
  for (const Proposal& proposal : proposals) {
    if (boxes.size() == static_cast<std::size_t>(d.max_count)) break;
    const Box box = to_box(proposal.bbox, image);
    if (width(box) >= d.min_side && height(box) >= d.min_side) boxes.push_back(box);
  }
  return boxes;
}

}  // namespace

std::function<ProposedImage(const Image&, std::span<const Proposal>)> make_find_regions(
    const ProposalDescription& description) {
  if (description.source == ProposalSource::data_set) {
    return [d = description](const Image& image, std::span<const Proposal> given) -> ProposedImage {
      return {image, chosen(given, image, d)};
    };
  }
  require(description.source == ProposalSource::selective_search, ErrorCode::internal,
          "regions: the network has a source of its own");
  const SelectiveSearchParams params{.max_proposals = description.max_count,
                                     .min_side = description.min_side};
  return [params](const Image& image, std::span<const Proposal>) -> ProposedImage {
    return {image, selective_search(image, params)};
  };
}

}  // namespace roiflow
