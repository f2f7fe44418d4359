/// The sections of report.html, one function each; an empty body where there is nothing to tell.
/// Private to the report room.
#pragma once

#include "apps/report/page/html.hpp"
#include "apps/report/report.hpp"

namespace roiflow::page {

[[nodiscard]] Section summary_section(const Report& report);
[[nodiscard]] Section metrics_section(const Report& report);
[[nodiscard]] Section curves_section(const Report& report);
[[nodiscard]] Section classes_section(const Report& report);
[[nodiscard]] Section confusion_section(const Report& report);
[[nodiscard]] Section errors_section(const Report& report);
[[nodiscard]] Section distributions_section(const Report& report);
[[nodiscard]] Section conventions_section(const Report& report);
[[nodiscard]] Section uncertainty_section(const Report& report);
[[nodiscard]] Section voc_section(const Report& report);
[[nodiscard]] Section semantic_section(const Report& report);
[[nodiscard]] Section images_section(const Report& report);
[[nodiscard]] Section failed_section(const Report& report);
[[nodiscard]] Section timing_section(const Report& report);
[[nodiscard]] Section provenance_section(const Report& report);

/// <h3> with the type's name if there are several.
[[nodiscard]] std::string type_heading(const Report& report, const TypeReport& type);
/// "0.412 &ndash; 0.437", or a dash.
[[nodiscard]] std::string interval(const Interval& bounds);

}  // namespace roiflow::page
