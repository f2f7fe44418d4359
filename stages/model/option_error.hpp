/// What Boost.Program_options says about an error, without its trap: what() replaces "%value%" and
/// the like in the text again and again, without end if the user's own words contain them.
///
/// Example: catch (const po::error& error) { fail(code, "{}", option_error(error, has_percent)); }
#pragma once

#include <string>

#include <boost/program_options.hpp>

namespace roiflow {

/// `has_percent`: whether anything that was parsed contains a '%'.
[[nodiscard]] inline std::string option_error(const boost::program_options::error& error,
                                              bool has_percent) {
  using Named = boost::program_options::error_with_option_name;
  const auto* named = dynamic_cast<const Named*>(&error);
  if (named == nullptr || !has_percent) return error.what();
  const std::string name = named->get_option_name();
  return name.empty() ? "a line or an option cannot be read"
                      : "the option '" + name + "' or its value cannot be read";
}

}  // namespace roiflow
