/// Faults of images in a graph: each fails, or is noted, in its place, and the others are as ever.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "graph/batch_images.hpp"
#include "graph/dataset_frames.hpp"
#include "graph/workers.hpp"
#include "stages/decode/decode.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/made_jpeg.hpp"
#include "tests/support/made_png.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

struct Case {
  std::string name;
  Bytes bytes;
  std::string reason;  ///< why it fails; "" if it does not
  std::string note;    ///< of one that does not
  int width = 48, height = 64;
};

Bytes first_half(Bytes bytes) {
  bytes.resize(bytes.size() / 2);
  return bytes;
}

Bytes with_byte(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes[at] = value;
  return bytes;
}

std::vector<Case> cases() {
  const Bytes jpeg = picture(), png = encode_png(decode(jpeg));
  const std::size_t frame = frame_of(jpeg);
  const Bytes packed = deflated(small_rows);
  return {
      {"good.jpg", jpeg, "", ""},
      {"I1.jpg", {}, "no bytes at all", ""},
      {"I2.jpg", first_half(jpeg), "Premature end of JPEG file", ""},
      {"I2.png", first_half(png), "the file ends in the middle of the image", ""},
      {"I3.jpg", progressive_of(jpeg), "", ""},
      {"I4.jpg", many_scans(48, 64, 300), "(--max-scans)", ""},
      {"I6.jpg", with_byte(jpeg, frame + 4, 12), "precision 12 unsupported", ""},
      {"I10.jpg", with_segments(jpeg, exif_segment(tiff_orientation(8))), "", "is applied", 64, 48},
      {"I11.jpg", with_segments(jpeg, exif_segment(Bytes(20, 0xFF))), "", "EXIF data is damaged"},
      {"I12.jpg", with_byte(with_byte(jpeg, frame + 5, 0xFF), frame + 7, 0xFF), "(--max-pixels)",
       ""},
      {"I13.jpg", with_byte(jpeg, frame + 8, 0), "0 x 64 pixels", ""},
      {"I14.jpg", png, "", "the file is PNG"},
      {"I15.jpg", {'G', 'I', 'F', '8', '9', 'a'}, "found GIF, which is not supported", ""},
      {"I16.png", small_png().chunk("IDAT", packed, std::ssize(packed), 1).end(), "CRC error", "",
       2, 2},
      {"I18.jpg", jpeg, "48 x 64 pixels, but the data set says 50 x 64", "", 50, 64},
      {"I19.jpg", jpeg + jpeg, "", "behind the end of the image"},
      {"last.jpg", jpeg, "", ""},
  };
}

std::string write_dataset(const Scratch& scratch, const std::vector<Case>& all) {
  const std::string path = scratch / "faults.h5";
  DatasetWriter writer(path, {});
  for (const Case& c : all) {
    Sample sample;
    sample.record.id = 100 + (&c - all.data());
    sample.record.file_name = c.name;
    sample.record.width = c.width;
    sample.record.height = c.height;
    sample.encoded = c.bytes;
    writer.append(sample);
  }
  writer.close();
  return path;
}

const Image& image_of(const Image& image) {
  return image;
}
const Image& image_of(const BatchImage& image) {
  return *image.image;
}

/// The sink's view of every frame.
template <class T>
struct Seen {
  std::vector<Token<T>> tokens;
  RunReport report;
};

/// `add` adds what decodes to a graph.
template <class T, class Add>
Seen<T> run(const DatasetReader& data, const DecodeLimits& limits, const Add& add) {
  return with_workers(2, [&] {
    Seen<T> seen;
    Pipeline graph({.workers = 2, .in_flight = 4, .decode = limits});
    const PipelineNode<EncodedImage, T> decode = add(graph);
    auto last = graph.node<T>("last", 2, [](const T& value) { return value; });
    graph.connect(decode, last);
    const std::function<void(const Token<T>&)> sink = [&](const Token<T>& token) {
      seen.tokens.push_back(token);
    };
    seen.report = graph.run(frames_of(data, {0, data.size()}), decode, last, sink);
    return seen;
  });
}

Seen<Image> run_plain(const DatasetReader& data, const DecodeLimits& limits = {}) {
  return run<Image>(data, limits, [](Pipeline& graph) {
    return graph.node<EncodedImage>("decode", 2, DecodeFrame(graph.limits().decode));
  });
}

template <class T>
void check_all(const Seen<T>& seen, const std::vector<Case>& all) {
  REQUIRE(seen.tokens.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Token<T>& token = seen.tokens[i];
    CAPTURE(all[i].name);
    CHECK(token.source().record.id == 100 + static_cast<std::int64_t>(i));
    CHECK(token.ok() == all[i].reason.empty());
    if (token.ok()) {
      CHECK(image_of(token.value()).width == all[i].width);
      CHECK((token.notes() != nullptr) == !all[i].note.empty());
      if (token.notes() == nullptr) continue;
      REQUIRE(token.notes()->texts.size() == 1);
      CHECK(token.notes()->texts.front().find(all[i].note) != std::string::npos);
      CHECK_FALSE(token.notes()->truncated);
    } else {
      CHECK(token.failure().code == ErrorCode::bad_data);
      CHECK(token.failure().stage == "decode");
      CHECK(token.failure().message.find(all[i].reason) != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("I1 to I19: each fault fails alone in its place, each oddity is noted") {
  const Scratch scratch("decode_frames_test");
  const auto all = cases();
  const DatasetReader data(write_dataset(scratch, all));
  const Seen<Image> seen = run_plain(data);
  check_all(seen, all);
  CHECK(seen.report.failed ==
        std::ranges::count_if(all, [](const Case& c) { return !c.reason.empty(); }));
  CHECK(seen.tokens.front().value().rgb == decode(picture()).rgb);
  CHECK(seen.tokens.back().value().rgb == decode(picture()).rgb);
}

TEST_CASE("I1 to I19: the same on the way to a device") {
  const Scratch scratch("decode_frames_test");
  const auto all = cases();
  const DatasetReader data(write_dataset(scratch, all));
  DeviceHealth health;
  check_all(run<BatchImage>(data, {},
                            [&](Pipeline& graph) { return add_batch_images(graph, 2, health); }),
            all);
}

TEST_CASE("I2: with accept_truncated the sink knows which images were damaged") {
  const Scratch scratch("decode_frames_test");
  const auto all = cases();
  const DatasetReader data(write_dataset(scratch, all));
  const Seen<Image> seen = run_plain(data, {.accept_truncated = true});
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].name);
    const Token<Image>& token = seen.tokens[i];
    const bool cut = all[i].name.starts_with("I2.");
    CHECK(token.ok() == (cut || all[i].reason.empty()));
    CHECK((token.notes() != nullptr && token.notes()->truncated) == cut);
  }
}

TEST_CASE("I2: what was noted is still known if a later stage fails") {
  const Scratch scratch("decode_frames_test");
  const auto all = cases();
  const DatasetReader data(write_dataset(scratch, all));
  bool known = false;
  const std::function<void(const Token<int>&)> sink = [&](const Token<int>& token) {
    known |= token.source().record.file_name == "I2.jpg" && !token.ok() &&
             token.failure().stage == "later" && token.notes() && token.notes()->truncated;
  };
  Pipeline graph({.workers = 1, .in_flight = 2});
  auto decode = graph.node<EncodedImage>("decode", 1, DecodeFrame({.accept_truncated = true}));
  auto later = graph.node<Image>("later", 1, [](const Image&) -> int {
    fail(ErrorCode::bad_data, "no image is good enough");
  });
  graph.connect(decode, later);
  (void)graph.run(frames_of(data, {0, data.size()}), decode, later, sink);
  CHECK(known);
}

}  // namespace roiflow::test
