#include "io/weights/torch_script_code.hpp"

#include <algorithm>
#include <charconv>

namespace roiflow {
namespace {

/// From `class NAME(` to the next class; empty if there is none.
std::string_view body_of(std::string_view text, std::string_view name) {
  const std::string begin = "class " + std::string(name) + "(";
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos || (at > 0 && text[at - 1] != '\n')) return {};
  text.remove_prefix(at + begin.size());
  return text.substr(0, text.find("\nclass "));
}

/// The arguments of the only call that begins with one of our operations; empty if there is none.
std::string_view only_call(std::string_view body) {
  std::string_view arguments;
  for (const std::string_view operation : {"ops.quantized.add(", "ops.quantized.linear("}) {
    for (std::size_t at = body.find(operation); at != std::string_view::npos;
         at = body.find(operation, at + 1)) {
      if (!arguments.empty()) return {};
      arguments = body.substr(at + operation.size());
      arguments = arguments.substr(0, arguments.find(')'));
    }
  }
  return arguments;
}

/// Splits off what follows the last comma.
std::string_view take_last(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  if (comma == std::string_view::npos) return {};
  std::string_view last = list.substr(comma + 1);
  list = list.substr(0, comma);
  while (!last.empty() && (last.front() == ' ' || last.front() == '\n')) last.remove_prefix(1);
  return last;
}

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::optional<OutputScale> output_scale_in_code(std::string_view text, std::string_view name) {
  std::string_view arguments = only_call(body_of(text, name));
  OutputScale found;
  const bool zero_point = read(take_last(arguments), found.zero_point);
  if (!zero_point || !read(take_last(arguments), found.scale)) return std::nullopt;
  return found;
}

std::string code_entry(std::string_view type) {
  std::string path(type.substr(0, type.rfind('.')));
  std::ranges::replace(path, '.', '/');
  return "code/" + path + ".py";
}

}  // namespace roiflow
