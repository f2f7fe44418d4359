/// Typed access to a parsed JSON value. Every refusal is Error{bad_data} of one form:
///   "<file>: /annotations/17/bbox: expected 4 numbers, found [1,2,3]".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "stages/core/error.hpp"

namespace roiflow {

/// A value and where it stands.
class JsonValue {
 public:
  JsonValue(simdjson::dom::element element, std::string_view file, std::string pointer)
      : element_(element), file_(file), pointer_(std::move(pointer)) {}

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] simdjson::dom::element element() const { return element_; }
  [[nodiscard]] JsonValue member(std::string_view key, simdjson::dom::element value) const {
    return {value, file_, fmt::format("{}/{}", pointer_, key)};
  }

  [[nodiscard]] simdjson::dom::object object() const;
  [[nodiscard]] std::vector<JsonValue> array() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] std::vector<double> numbers() const;
  [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const;
  /// An integer that a double can hold exactly (so that every JSON reader sees the same id).
  [[nodiscard]] std::int64_t id() const;
  [[nodiscard]] bool flag() const;  ///< true, false, 1 or 0
  [[nodiscard]] bool is_array() const { return element_.is_array(); }
  [[nodiscard]] bool is_object() const { return element_.is_object(); }
  [[nodiscard]] bool is_text() const { return element_.is_string(); }
  [[nodiscard]] bool is_null() const { return element_.is_null(); }
  [[nodiscard]] std::string minified() const { return simdjson::minify(element_); }

  [[noreturn]] void refuse(std::string_view expected) const;  ///< quotes the value
  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const;

 private:
  simdjson::dom::element element_;
  std::string_view file_;
  std::string pointer_;
};

/// The members of one object, each taken at most once; what is left over is `extra`.
class JsonMembers {
 public:
  /// Error{bad_data} if it is not an object, or if a member occurs twice.
  explicit JsonMembers(const JsonValue& object);
  [[nodiscard]] JsonValue required(std::string_view key);
  [[nodiscard]] std::optional<JsonValue> optional(std::string_view key);
  /// The members that nobody took, as a JSON object in their order; "" if there are none.
  [[nodiscard]] std::string extra() const;

 private:
  struct Member {
    simdjson::dom::key_value_pair field;
    bool taken = false;
  };
  JsonValue object_;
  std::vector<Member> members_;
};

}  // namespace roiflow
