#include "io/weights/safetensors_header.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t max_rank = 16;
constexpr std::size_t max_tensors = 200'000;

/// Receives the events of the JSON parser. The header has a fixed form, so the place in it is one
/// of few; an event that does not belong there ends the parsing.
class HeaderHandler : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderHandler(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::vector<SafetensorsEntry> take() { return std::move(entries_); }

  bool null() override { unexpected("null"); }
  bool boolean(bool /*value*/) override { unexpected("a bool"); }
  bool number_integer(number_integer_t /*value*/) override { unexpected("a negative number"); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    unexpected("a fraction or a number that is too large");
  }
  bool binary(binary_t& /*value*/) override { unexpected("bytes"); }
  bool number_unsigned(number_unsigned_t value) override;
  bool string(string_t& value) override;
  bool start_object(std::size_t /*items*/) override;
  bool end_object() override;
  bool start_array(std::size_t /*items*/) override;
  bool end_array() override;
  bool key(string_t& value) override;
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    fail(ErrorCode::bad_data, "{}: header: not valid JSON at byte {}", path_, 8 + position);
  }

 private:
  enum class Place { outside, header, metadata, tensor, shape, offsets };

  [[noreturn]] void unexpected(const std::string& found) const {
    fail(ErrorCode::bad_data,
         "{}: header{}: expected {{\"dtype\", \"shape\", \"data_offsets\"}} of natural numbers, "
         "found {}",
         path_, entry_.name.empty() ? "" : ": tensor '" + entry_.name.substr(0, 100) + "'", found);
  }

  std::string path_;
  Place place_ = Place::outside;
  bool finished_ = false;
  std::string key_;
  std::set<std::string> names_, fields_;
  SafetensorsEntry entry_;
  std::vector<std::uint64_t> offsets_;
  std::vector<SafetensorsEntry> entries_;
};

bool HeaderHandler::number_unsigned(number_unsigned_t value) {
  if (place_ == Place::shape) {
    if (entry_.shape.size() >= max_rank) unexpected("more than 16 dimensions");
    entry_.shape.push_back(value);
  } else if (place_ == Place::offsets) {
    if (offsets_.size() >= 2) unexpected("more than two offsets");
    offsets_.push_back(value);
  } else {
    unexpected("a number");
  }
  return true;
}

bool HeaderHandler::string(string_t& value) {
  if (place_ == Place::tensor && key_ == "dtype") {
    entry_.dtype = value;
  } else if (place_ != Place::metadata) {
    unexpected("a text");
  }
  return true;
}

bool HeaderHandler::start_object(std::size_t /*items*/) {
  if (place_ == Place::outside && !finished_) {
    place_ = Place::header;
  } else if (place_ == Place::header) {
    place_ = key_ == "__metadata__" ? Place::metadata : Place::tensor;
    entry_ = {};
    if (place_ == Place::tensor) entry_.name = key_;
    offsets_.clear();
    fields_.clear();
  } else {
    unexpected("an object");
  }
  return true;
}

bool HeaderHandler::end_object() {
  if (place_ == Place::tensor) {
    if (fields_.size() != 3 || offsets_.size() != 2) unexpected("a field or an offset missing");
    if (entries_.size() >= max_tensors) unexpected("more than 200,000 tensors");
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    entries_.push_back(std::move(entry_));
    entry_ = {};
  }
  finished_ = place_ == Place::header;
  place_ = place_ == Place::header ? Place::outside : Place::header;
  return true;
}

bool HeaderHandler::start_array(std::size_t /*items*/) {
  if (place_ == Place::tensor && key_ == "shape") {
    place_ = Place::shape;
  } else if (place_ == Place::tensor && key_ == "data_offsets") {
    place_ = Place::offsets;
  } else {
    unexpected("an array");
  }
  return true;
}

bool HeaderHandler::end_array() {
  place_ = Place::tensor;
  return true;
}

bool HeaderHandler::key(string_t& value) {
  auto& known = place_ == Place::header ? names_ : fields_;
  if (!known.insert(value).second) unexpected("the key '" + value.substr(0, 100) + "' twice");
  if (place_ == Place::tensor && value != "dtype" && value != "shape" && value != "data_offsets") {
    unexpected("the key '" + value.substr(0, 100) + "'");
  }
  key_ = value;
  return true;
}

}  // namespace

std::vector<SafetensorsEntry> parse_safetensors_header(std::span<const std::uint8_t> json,
                                                       const std::string& path) {
  HeaderHandler handler(path);
  nlohmann::json::sax_parse(json.begin(), json.end(), &handler);
  return handler.take();
}

}  // namespace roiflow
