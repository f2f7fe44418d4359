/// Reports made of invented numbers: what a page has to show, without a run.
#pragma once

#include "apps/report/report.hpp"

namespace roiflow::test {

/// Every part filled; `classes` classes named like COCO's, the same seed gives the same report.
Report sample_report(std::size_t classes, std::uint32_t seed);

/// Text that would break out of a page that does not escape: markup, quotes, bytes that are not
/// UTF-8, a control character.
extern const std::string hostile_text;

}  // namespace roiflow::test
