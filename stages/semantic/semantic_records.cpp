#include "stages/semantic/semantic_records.hpp"

#include <algorithm>
#include <iterator>

#include "stages/core/error.hpp"

namespace roiflow {

void merge(SemanticRecords& into, const SemanticRecords& part) {
  std::vector<std::string> both;
  std::ranges::set_intersection(into.images, part.images, std::back_inserter(both));
  require(
      both.empty(), ErrorCode::bad_data,
      "records of semantic segmentation: expected parts without common images, found {} in both: "
      "{}{}",
      both.size(), both.empty() ? "" : both.front(), both.size() > 1 ? ", ..." : "");
  into.confusion.merge(part.confusion);
  std::vector<std::string> all;
  std::ranges::merge(into.images, part.images, std::back_inserter(all));
  into.images = std::move(all);
}

}  // namespace roiflow
