#include "io/json/shallow_json.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

nlohmann::ordered_json parse_shallow(const std::string& text, const std::string& item,
                                     int deepest) {
  using Json = nlohmann::ordered_json;
  bool deep = false;
  const auto keep = [&](int depth, Json::parse_event_t, const Json&) {
    deep = deep || depth > deepest;
    return depth <= deepest;
  };
  Json value = Json::parse(text, keep, false);
  require(!deep, ErrorCode::bad_data, "{}: expected JSON nested at most {} deep, found more", item,
          deepest);
  return value;
}

}  // namespace roiflow
