/// The limits of decoding as a user sets them.
#include "apps/decode_options.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

const std::string model = std::string(ROIFLOW_SOURCE_DIR) + "/configs/tiny_mask_rcnn.h5";

DecodeLimits limits_with(const std::vector<std::string>& arguments) {
  Options options("test", "A test.", "none");
  add_decode_options(options);
  return decode_limits(*options.parse(arguments));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("I4, I12, I20: the limits by default and as given") {
  const DecodeLimits usual = limits_with({});
  CHECK(usual.max_pixels == 100'000'000);
  CHECK(usual.max_scans == 256);
  CHECK(usual.max_seconds == 10);
  CHECK(usual.max_bytes == 512 * 1024 * 1024);
  CHECK_FALSE(usual.accept_truncated);
  const DecodeLimits other =
      limits_with({"--max-pixels", "5", "--max-scans", "6", "--max-decode-seconds", "0.5",
                   "--max-decode-memory", "7", "--accept-truncated"});
  CHECK(other.max_pixels == 5);
  CHECK(other.max_scans == 6);
  CHECK(other.max_seconds == 0.5);
  CHECK(other.max_bytes == 7 * 1024 * 1024);
  CHECK(other.accept_truncated);
  for (const char* option :
       {"--max-pixels", "--max-scans", "--max-decode-seconds", "--max-decode-memory"}) {
    for (const char* value : {"0", "-1", "99999999999999999999", "nan", "many"}) {
      CAPTURE(option);
      CAPTURE(value);
      CHECK_THROWS_AS((void)limits_with({std::string(option) + "=" + value}), Error);
    }
  }
}

TEST_CASE("I2, I12, I21: run, show and bench keep to them and name the option") {
  const Scratch scratch("decode_options_test");
  const std::string whole = scratch / "whole.h5", data = scratch / "damaged.h5";
  REQUIRE(roiflow(fmt::format("synth --images 4 --seed 7 -q -o {}", whole)).code == 0);
  damage(whole, data, {1});
  const std::string cut =
      "image 2 (shapes_000001.jpg): truncated: JPEG: Premature end of JPEG file";
  const auto run = [&](const std::string& file, const std::string& more) {
    return roiflow(fmt::format("run {} --model {} --out {} -q {}", file, model,
                               (scratch / "out").string(), more));
  };
  const auto show = [&](const std::string& more) {
    return roiflow(fmt::format("show {} -o {} -q {}", data, (scratch / "pictures").string(), more));
  };
  CHECK(run(data, "").code == 3);
  std::filesystem::remove_all(scratch / "out");
  const ProgramResult accepted = run(data, "--accept-truncated");
  CHECK_MESSAGE(accepted.code == 0, accepted.text);
  CHECK(contains(accepted.text, "roiflow: warning: " + cut));
  CHECK(contains(accepted.text, "4 of 4 ok, 0 failed"));

  CHECK(show("").code == 3);
  const ProgramResult shown = show("--accept-truncated");
  CHECK_MESSAGE(shown.code == 0, shown.text);
  CHECK(contains(shown.text, cut));

  std::filesystem::remove_all(scratch / "out");
  const ProgramResult refused = run(whole, "--max-pixels 100");
  CHECK(refused.code == 65);
  CHECK(contains(refused.text, "more than the limit of 100 (--max-pixels)"));
  CHECK(contains(show("--max-pixels 100").text, "more than the limit of 100 (--max-pixels)"));
  const ProgramResult bench =
      roiflow(fmt::format("bench {} --model {} --repeat 1 --max-pixels 100 -q", whole, model));
  CHECK(bench.code == 65);
  CHECK(contains(bench.text, "more than the limit of 100 (--max-pixels)"));
}

TEST_CASE("I12, I14: pack keeps to them, and tells of names that promise another format") {
  const Scratch scratch("decode_options_test");
  const std::string data = scratch / "data.h5", folder = scratch / "images";
  REQUIRE(roiflow(fmt::format("synth --images 3 --seed 7 -q -o {}", data)).code == 0);
  REQUIRE(roiflow(fmt::format("unpack {} -o {} -q", data, folder)).code == 0);
  const auto pack = [&](const std::string& more) {
    return roiflow(
        fmt::format("pack --images {} -o {} -q {}", folder, (scratch / "again.h5").string(), more));
  };
  CHECK_FALSE(contains(pack("").text, "another format"));
  const ProgramResult refused = pack("--max-pixels 100");
  CHECK(refused.code == 65);
  CHECK(contains(refused.text, "more than the limit of 100 (--max-pixels)"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".jpg") continue;
    auto renamed = entry.path();
    std::filesystem::rename(entry.path(), renamed.replace_extension(".png"));
    break;
  }
  const ProgramResult told = pack("");
  CHECK(told.code == 0);
  CHECK(contains(told.text,
                 "warning: 1 files hold another format than their names say, and are taken as what "
                 "they hold: "));
  CHECK(contains(told.text, ".png is JPEG"));
}

}  // namespace roiflow::test
