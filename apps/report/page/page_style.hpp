/// The style sheet and the script that a page carries inside. Private to the report room.
///
/// The script adds comfort only: tables sort, line plots get a cross-hair, the table of contents
/// follows the reader. Without it the page says the same.
#pragma once

#include <string_view>

namespace roiflow::page {

[[nodiscard]] std::string_view style_sheet();
[[nodiscard]] std::string_view script();

}  // namespace roiflow::page
