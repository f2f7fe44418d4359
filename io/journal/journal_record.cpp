#include "io/journal/journal_record.hpp"

#include <boost/crc.hpp>

#include "io/journal/byte_codec.hpp"

namespace roiflow {
namespace {

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

enum class Kind : std::uint8_t { identity = 1, detections = 2, label_map = 3, failure = 4 };

constexpr std::size_t detection_bytes = 4 * sizeof(float) + sizeof(float) + 8 + 1;  // at least

void put_detection(std::string& bytes, const Detection& detection) {
  for (const float value :
       {detection.box.x0, detection.box.y0, detection.box.x1, detection.box.y1, detection.score}) {
    put(bytes, value);
  }
  put(bytes, detection.category_id);
  put(bytes, static_cast<std::uint8_t>(detection.mask.has_value()));
  if (!detection.mask) return;
  put(bytes, std::int32_t{detection.mask->height});
  put(bytes, std::int32_t{detection.mask->width});
  put_varint(bytes, detection.mask->runs.size());
  for (const std::uint32_t run : detection.mask->runs) put_varint(bytes, run);
}

Rle take_mask(ByteReader& in) {
  Rle mask;
  mask.height = in.take<std::int32_t>();
  mask.width = in.take<std::int32_t>();
  mask.runs.resize(in.take_count(1));
  for (std::uint32_t& run : mask.runs) run = static_cast<std::uint32_t>(in.take_varint());
  return mask;
}

Detection take_detection(ByteReader& in) {
  Detection detection;
  Box& box = detection.box;
  for (float* value : {&box.x0, &box.y0, &box.x1, &box.y1, &detection.score}) {
    *value = in.take<float>();
  }
  detection.category_id = in.take<std::int64_t>();
  if (in.take<std::uint8_t>() != 0) detection.mask = take_mask(in);
  return detection;
}

void put_outcome(std::string& bytes, const std::vector<Detection>& detections) {
  put_varint(bytes, detections.size());
  for (const Detection& detection : detections) put_detection(bytes, detection);
}

void put_outcome(std::string& bytes, const LabelMapBytes& map) {
  put_text(bytes, {reinterpret_cast<const char*>(map.png.data()), map.png.size()});
}

void put_outcome(std::string& bytes, const Failure& failure) {
  put(bytes, static_cast<std::int32_t>(failure.code));
  put_text(bytes, failure.stage);
  put_text(bytes, failure.message);
}

void put_notes(std::string& bytes, const ImageNotes& notes) {
  put(bytes, static_cast<std::uint8_t>(notes.truncated));
  put_varint(bytes, notes.texts.size());
  for (const std::string& text : notes.texts) put_text(bytes, text);
}

ImageNotes take_notes(ByteReader& in) {
  ImageNotes notes{.truncated = in.take<std::uint8_t>() != 0, .texts = {}};
  notes.texts.resize(in.take_count(1));
  for (std::string& text : notes.texts) text = in.take_text();
  return notes;
}

ImageOutcome take_outcome(Kind kind, ByteReader& in) {
  switch (kind) {
    case Kind::detections: {
      std::vector<Detection> detections(in.take_count(detection_bytes));
      for (Detection& detection : detections) detection = take_detection(in);
      return detections;
    }
    case Kind::label_map: {
      const std::string_view png = in.take_text();
      return LabelMapBytes{{png.begin(), png.end()}};
    }
    case Kind::failure: {
      Failure failure{static_cast<ErrorCode>(in.take<std::int32_t>()), {}, {}};
      failure.stage = in.take_text();
      failure.message = in.take_text();
      return failure;
    }
    case Kind::identity:
      break;
  }
  fail(ErrorCode::bad_data, "a record of unknown kind {}", static_cast<int>(kind));
}

}  // namespace

std::uint32_t record_checksum(std::string_view payload) {
  std::string length;
  put(length, static_cast<std::uint32_t>(payload.size()));
  Crc32c crc;
  crc.process_bytes(length.data(), length.size());
  crc.process_bytes(payload.data(), payload.size());
  return crc.checksum();
}

std::string record_head(std::string_view payload) {
  std::string head;
  put(head, static_cast<std::uint32_t>(payload.size()));
  put(head, record_checksum(payload));
  return head;
}

std::string encode_identity(std::string_view identity) {
  std::string bytes;
  put(bytes, Kind::identity);
  return bytes += identity;
}

std::string decode_identity(std::string_view payload) {
  require(!payload.empty() && payload[0] == static_cast<char>(Kind::identity), ErrorCode::bad_data,
          "expected what the run was given, found another record");
  return std::string(payload.substr(1));
}

std::string encode_entry(const JournalEntry& entry) {
  constexpr Kind kinds[] = {Kind::detections, Kind::label_map, Kind::failure};
  std::string bytes;
  put(bytes, kinds[entry.outcome.index()]);
  put(bytes, entry.index);
  put(bytes, entry.image_id);
  put_notes(bytes, entry.notes);
  std::visit([&](const auto& outcome) { put_outcome(bytes, outcome); }, entry.outcome);
  return bytes;
}

JournalEntry decode_entry(std::string_view payload) {
  ByteReader in(payload);
  const auto kind = in.take<Kind>();
  JournalEntry entry;
  entry.index = in.take<std::int64_t>();
  entry.image_id = in.take<std::int64_t>();
  entry.notes = take_notes(in);
  entry.outcome = take_outcome(kind, in);
  require(in.at_end(), ErrorCode::bad_data, "bytes follow the end of a record");
  return entry;
}

}  // namespace roiflow
