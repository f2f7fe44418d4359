/// The keys of an INI text as numbers, lists and choices; every message names the text and the key.
///
/// A key that nobody asked for is an error too (require_all_used): it is misspelt, or has no effect
/// for this kind of model, and whoever wrote it believes otherwise. Private to this room.
///
/// Example: const IniValues values(text, "m.ini");
///          values.number("rpn.nms_threshold", rpn.nms_threshold, 0, 1);
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/core/error.hpp"

namespace roiflow {

class IniValues {
 public:
  /// Throws Error{usage} for text that is no INI, or a key twice.
  IniValues(const std::string& text, std::string label);

  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] const std::string& text(const std::string& key) const;
  [[nodiscard]] const std::string& label() const { return label_; }

  /// All of the following leave `out` as it is if the key is not there.
  template <class T>
  void number(const std::string& key, T& out, double low, double high) const {
    if (has(key)) out = parse<T>(key, text(key), low, high);
  }

  template <class T>
  void list(const std::string& key, std::vector<T>& out, double low, double high) const {
    if (has(key)) out = parse_list<T>(key, text(key), low, high);
  }

  template <class T, std::size_t Size>
  void list(const std::string& key, std::array<T, Size>& out, double low, double high) const {
    if (!has(key)) return;
    const std::vector<T> values = parse_list<T>(key, text(key), low, high);
    require(values.size() == Size, ErrorCode::usage, "{}: {}: expected {} numbers, found {}",
            label_, key, Size, values.size());
    std::copy(values.begin(), values.end(), out.begin());
  }

  /// Lists separated by semicolons.
  void lists(const std::string& key, std::vector<std::vector<float>>& out, double low,
             double high) const;

  template <class T>
  void choice(const std::string& key, T& out,
              const std::vector<std::pair<std::string_view, T>>& choices) const {
    if (!has(key)) return;
    std::string known;
    for (const auto& [word, value] : choices) {
      if (word == text(key)) {
        out = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(word);
    }
    fail(ErrorCode::usage, "{}: {}: expected one of {}, found \"{}\"", label_, key, known,
         text(key));
  }

  /// Throws Error{usage} naming the first key that was never asked for; `model` says in words what
  /// kind of model it has no effect on.
  void require_all_used(std::string_view model) const;

 private:
  static std::vector<std::string> split(const std::string& text, char separator);

  template <class T>
  T parse(const std::string& key, std::string_view word, double low, double high) const;

  template <class T>
  std::vector<T> parse_list(const std::string& key, const std::string& list_text, double low,
                            double high) const {
    std::vector<T> values;
    for (const std::string& part : split(list_text, ',')) {
      values.push_back(parse<T>(key, part, low, high));
    }
    require(!values.empty(), ErrorCode::usage, "{}: {}: expected a list, found nothing", label_,
            key);
    return values;
  }

  std::string label_;
  std::map<std::string, std::string, std::less<>> values_;
  mutable std::set<std::string, std::less<>> used_;
};

/// A bound for counts and pixels that only catches nonsense.
inline constexpr double ini_many = 1 << 20;

}  // namespace roiflow
