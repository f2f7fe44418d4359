#include "apps/report/page/html.hpp"

#include <cmath>

#include <fmt/format.h>

namespace roiflow::page {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// Bytes of the well-formed UTF-8 character (Unicode 15, table 3-7) at `at`; 0: there is none.
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return 1;
  const auto second = continues(text, at + 1) ? static_cast<unsigned char>(text[at + 1]) : 0U;
  if (second == 0) return 0;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (!continues(text, at + 2)) return 0;
  if (first == 0xE0) return second >= 0xA0 ? 3 : 0;
  if (first == 0xED) return second <= 0x9F ? 3 : 0;
  if (first >= 0xE1 && first <= 0xEF) return 3;
  if (!continues(text, at + 3)) return 0;
  if (first == 0xF0) return second >= 0x90 ? 4 : 0;
  if (first == 0xF4) return second <= 0x8F ? 4 : 0;
  return first >= 0xF1 && first <= 0xF3 ? 4 : 0;
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default: {
      const bool control =
          (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == '\x7F';
      if (control) {
        out += replacement;
      } else {
        out += c;
      }
    }
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character_size(text, i);
    if (size == 1) {
      append_ascii(out, text[i]);
    } else {
      out += size > 1 ? text.substr(i, size) : replacement;
    }
    i += std::max<std::size_t>(1, size);
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value) || value == -1) return "&ndash;";
  return fmt::format("{:.4f}", value);
}

std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most - 1;
  while (end > 0 && continues(text, end)) --end;
  return text.substr(0, end) + "\u2026";
}

std::string count(std::uint64_t value) {
  std::string digits = fmt::format("{}", value);
  for (std::size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, "&#8239;");
  }
  return digits;
}

std::string count(std::int64_t value) {
  return value < 0 ? fmt::format("{}", value) : count(static_cast<std::uint64_t>(value));
}

std::string percent(double share) {
  return std::isnan(share) ? "&ndash;" : fmt::format("{:.1f} %", 100 * share);
}

std::string plural(std::int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", count(n), noun, n == 1 ? "" : "s");
}

std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) -> std::uint32_t {
      return at < bytes.size() ? bytes[at] : 0U;
    };
    const std::uint32_t group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : letters[group >> (18U - 6U * k) & 63U];
    }
  }
  return out;
}

void Table::add(const std::vector<std::string>& cells) {
  ++count_;
  rows_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += columns_[i].align == Align::left ? "<td class=\"l\">" : "<td>";
    rows_ += cells[i] + "</td>";
  }
  rows_ += "</tr>\n";
}

std::string Table::html() const {
  std::string out = fmt::format("<div class=\"scroll\"><table class=\"{}{}\">",
                                sortable_ ? "sort" : "plain", count_ > rows_a_page ? " long" : "");
  out += "<thead><tr>";
  for (const Column& column : columns_) {
    out += "<th scope=\"col\"";
    if (column.align == Align::left) out += " class=\"l\"";
    if (!column.hint.empty()) out += fmt::format(" title=\"{}\"", escape(column.hint));
    out += ">" + column.heading + "</th>";
  }
  return out + "</tr></thead>\n<tbody>\n" + rows_ + "</tbody></table></div>\n";
}

std::string figure(const std::string& title, const std::string& svg, const std::string& note) {
  std::string out = "<figure><figcaption>" + title + "</figcaption>\n" + svg;
  if (!note.empty()) out += "<p class=\"note\">" + note + "</p>";
  return out + "</figure>\n";
}

std::string small_figure(const std::string& name, const std::string& value,
                         const std::string& svg) {
  return fmt::format(
      "<figure class=\"mini\"><figcaption><span title=\"{0}\">{0}</span><small>{1}</small>"
      "</figcaption>\n{2}</figure>\n",
      escape(name), value, svg);
}

std::string grid(const std::vector<std::string>& items, std::string_view minimum) {
  std::string out = fmt::format("<div class=\"grid\" style=\"--min:{}\">\n", minimum);
  for (const std::string& item : items) out += item;
  return out + "</div>\n";
}

std::string paragraph(const std::string& html, std::string_view css_class) {
  return css_class.empty() ? "<p>" + html + "</p>\n"
                           : fmt::format("<p class=\"{}\">{}</p>\n", css_class, html);
}

}  // namespace roiflow::page
