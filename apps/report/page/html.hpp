/// The small parts that pages are made of. Private to the report room.
///
/// Text that comes from files goes through escape(); everything else here takes HTML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roiflow::page {

/// Safe as text and inside quoted attributes. Bytes that are not UTF-8, and control characters,
/// become U+FFFD.
[[nodiscard]] std::string escape(std::string_view text);

/// Four digits after the point; numbers that do not exist (-1, NaN) are a dash.
[[nodiscard]] std::string number(double value);
/// At most `most` bytes of UTF-8, cut at a character and then ended by an ellipsis; not escaped.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t most);

/// 12 345, with narrow spaces that cannot break.
[[nodiscard]] std::string count(std::uint64_t value);
[[nodiscard]] std::string count(std::int64_t value);
/// 0.123 as 12.3 %.
[[nodiscard]] std::string percent(double share);

/// "1 image", "2 images".
[[nodiscard]] std::string plural(std::int64_t n, std::string_view noun);

[[nodiscard]] std::string base64(const std::vector<std::uint8_t>& bytes);

/// A section of the page; its heading appears in the table of contents.
struct Section {
  std::string id;       ///< stable, also the address inside the page
  std::string heading;  ///< plain text
  std::string body;     ///< HTML; "": the section is left out
};

enum class Align { left, right };

/// Rows of cells. Sortable tables get their arrows from the page's script; without it they are
/// plain.
class Table {
 public:
  struct Column {
    std::string heading;  ///< HTML
    Align align = Align::right;
    std::string hint = {};  ///< plain text, shown on hover
  };
  static constexpr std::size_t rows_a_page = 30;  ///< longer ones may be cut when printed
  explicit Table(std::vector<Column> columns, bool sortable = false)
      : columns_(std::move(columns)), sortable_(sortable) {}
  /// As many cells as there are columns; HTML.
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string html() const;

 private:
  std::vector<Column> columns_;
  bool sortable_;
  std::string rows_;
  std::size_t count_ = 0;
};

/// A plot with its title above and, if given, a sentence below (both HTML).
[[nodiscard]] std::string figure(const std::string& title, const std::string& svg,
                                 const std::string& note = "");
/// A small multiple: `name` is plain text, `value` HTML.
[[nodiscard]] std::string small_figure(const std::string& name, const std::string& value,
                                       const std::string& svg);
/// Things beside each other as far as the page is wide; `minimum` is the CSS width of one.
[[nodiscard]] std::string grid(const std::vector<std::string>& items, std::string_view minimum);
[[nodiscard]] std::string paragraph(const std::string& html, std::string_view css_class = "");

}  // namespace roiflow::page
