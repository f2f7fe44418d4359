#include "io/json/json_value.hpp"

#include <algorithm>

#include "io/json/json_keys.hpp"

namespace roiflow {
namespace {

constexpr std::size_t quoted_characters = 80;
constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;

}  // namespace

void JsonValue::refuse(std::string_view expected) const {
  std::string found = minified();
  if (found.size() > quoted_characters) found = found.substr(0, quoted_characters) + "...";
  refuse(expected, found);
}

void JsonValue::refuse(std::string_view expected, std::string_view found) const {
  fail(ErrorCode::bad_data, "{}: {}: expected {}, found {}", file_,
       pointer_.empty() ? "/" : pointer_, expected, found);
}

simdjson::dom::object JsonValue::object() const {
  simdjson::dom::object result;
  if (element_.get(result) != simdjson::SUCCESS) refuse("an object");
  return result;
}

std::vector<JsonValue> JsonValue::array() const {
  simdjson::dom::array elements;
  if (element_.get(elements) != simdjson::SUCCESS) refuse("an array");
  std::vector<JsonValue> result;
  for (const simdjson::dom::element element : elements) {
    result.emplace_back(element, file_, fmt::format("{}/{}", pointer_, result.size()));
  }
  return result;
}

std::string JsonValue::text() const {
  std::string_view result;
  if (element_.get(result) != simdjson::SUCCESS) refuse("text");
  return std::string(result);
}

double JsonValue::number() const {
  double result = 0;
  if (element_.get(result) != simdjson::SUCCESS) refuse("a number");
  return result;
}

/// The inner loop of reading polygons: no pointer is built unless something is wrong.
std::vector<double> JsonValue::numbers() const {
  simdjson::dom::array elements;
  if (element_.get(elements) != simdjson::SUCCESS) refuse("an array of numbers");
  std::vector<double> result;
  result.reserve(elements.size());
  for (const simdjson::dom::element element : elements) {
    double number = 0;
    if (element.get(number) != simdjson::SUCCESS) {
      member(std::to_string(result.size()), element).refuse("a number");
    }
    result.push_back(number);
  }
  return result;
}

std::int64_t JsonValue::integer(std::int64_t least, std::int64_t most) const {
  std::int64_t result = 0;
  const bool valid = element_.get(result) == simdjson::SUCCESS && result >= least && result <= most;
  if (!valid) refuse(fmt::format("an integer from {} to {}", least, most));
  return result;
}

std::int64_t JsonValue::id() const {
  return integer(-exact_in_double, exact_in_double);
}

bool JsonValue::flag() const {
  bool truth = false;
  if (element_.get(truth) == simdjson::SUCCESS) return truth;
  return integer(0, 1) == 1;
}

JsonMembers::JsonMembers(const JsonValue& object) : object_(object) {
  JsonKeys keys;
  for (const auto& field : object.object()) {
    if (!keys.insert(field.key))
      object.member(field.key, field.value).refuse("every member once", "it twice");
    members_.push_back({field});
  }
}

std::optional<JsonValue> JsonMembers::optional(std::string_view key) {
  const auto found =
      std::ranges::find_if(members_, [&](const Member& member) { return member.field.key == key; });
  if (found == members_.end()) return std::nullopt;
  found->taken = true;
  return object_.member(key, found->field.value);
}

JsonValue JsonMembers::required(std::string_view key) {
  auto value = optional(key);
  if (!value) {
    object_.member(key, object_.element()).refuse(fmt::format("the member \"{}\"", key), "none");
  }
  return *value;
}

std::string JsonMembers::extra() const {
  std::string text;
  for (const Member& member : members_) {
    if (member.taken) continue;
    text += text.empty() ? '{' : ',';
    text += simdjson::minify(member.field);
  }
  return text.empty() ? text : text + '}';
}

}  // namespace roiflow
