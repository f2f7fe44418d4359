#include "stages/model/ini_values.hpp"

#include <charconv>
#include <cstdint>
#include <sstream>
#include <type_traits>

#include <boost/program_options.hpp>

#include "stages/model/option_error.hpp"

namespace roiflow {

namespace po = boost::program_options;

IniValues::IniValues(const std::string& text, std::string label) : label_(std::move(label)) {
  try {
    std::istringstream stream(text);
    constexpr bool any_key = true;
    const auto parsed = po::parse_config_file(stream, po::options_description(), any_key);
    for (const po::option& option : parsed.options) {
      const bool is_new = values_.emplace(option.string_key, option.value.front()).second;
      require(is_new, ErrorCode::usage, "{}: {}: the key stands there twice", label_,
              option.string_key);
    }
  } catch (const po::error& error) {
    fail(ErrorCode::usage, "{}: {}", label_,
         option_error(error, text.find('%') != std::string::npos));
  }
}

bool IniValues::has(const std::string& key) const {
  used_.insert(key);
  return values_.contains(key);
}

const std::string& IniValues::text(const std::string& key) const {
  return values_.find(key)->second;
}

void IniValues::lists(const std::string& key, std::vector<std::vector<float>>& out, double low,
                      double high) const {
  if (!has(key)) return;
  out.clear();
  for (const std::string& part : split(text(key), ';')) {
    out.push_back(parse_list<float>(key, part, low, high));
  }
}

void IniValues::require_all_used(std::string_view model) const {
  for (const auto& [key, value] : values_) {
    require(used_.contains(key), ErrorCode::usage,
            "{}: {}: unknown key, or one without effect for {}", label_, key, model);
  }
}

std::vector<std::string> IniValues::split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

template <class T>
T IniValues::parse(const std::string& key, std::string_view word, double low, double high) const {
  constexpr std::string_view blanks = " \t\r";
  const auto begin = word.find_first_not_of(blanks);
  if (begin != std::string_view::npos) {
    word = word.substr(begin, word.find_last_not_of(blanks) - begin + 1);
  }
  T value{};
  const auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool is_number = status == std::errc() && end == word.data() + word.size();
  constexpr std::string_view kind = std::is_integral_v<T> ? "an integer" : "a number";
  require(is_number, ErrorCode::usage, "{}: {}: expected {}, found \"{}\"", label_, key, kind,
          word);
  const auto number = static_cast<double>(value);
  require(number >= low && number <= high, ErrorCode::usage,
          "{}: {}: expected {} from {} to {}, found {}", label_, key, kind, low, high, number);
  return value;
}

// The types that descriptions are made of.
template int IniValues::parse(const std::string&, std::string_view, double, double) const;
template std::int64_t IniValues::parse(const std::string&, std::string_view, double, double) const;
template float IniValues::parse(const std::string&, std::string_view, double, double) const;
template double IniValues::parse(const std::string&, std::string_view, double, double) const;

}  // namespace roiflow
