#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

Options example_options() {
  Options options("example", "Does nothing.", "roiflow example --images 3 data.h5");
  options.add()("images", po::value<int>()->default_value(10), "how many");
  options.add()("out,o", po::value<std::string>(), "where to");
  options.positional("data", 1, "the data set");
  return options;
}

/// A file that is gone at the end of the test.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text)
      : path_(std::filesystem::temp_directory_path() / name) {
    std::ofstream(path_) << text;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string usage_error(const std::vector<std::string>& arguments) {
  try {
    (void)example_options().parse(arguments);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("options: a value that is a placeholder of Boost's messages ends as any wrong value") {
  roiflow::Options options("test", "Reads options.", "roiflow test");
  options.add()("count", roiflow::po::value<int>(), "a number");
  CHECK_THROWS_AS((void)options.parse({"--count", "%value%"}), roiflow::Error);
}

TEST_CASE("options: values, defaults and positions") {
  const auto parsed = example_options().parse({"data.h5", "-o", "dir"});
  REQUIRE(parsed);
  CHECK(parsed->get<std::string>("data") == "data.h5");
  CHECK(parsed->get<std::string>("out") == "dir");
  CHECK(parsed->get<int>("images") == 10);
  CHECK_FALSE(parsed->given("images"));
}

TEST_CASE("options: the command line wins over the environment, that over the file") {
  const TemporaryFile file("roiflow_options_test.ini", "images = 3\nout = from_file\n");
  setenv("ROIFLOW_IMAGES", "7", 1);
  const auto parsed = example_options().parse({"d", "--config", file.path()});
  const auto explicitly = example_options().parse({"d", "--config", file.path(), "--images", "9"});
  unsetenv("ROIFLOW_IMAGES");
  REQUIRE(parsed);
  REQUIRE(explicitly);
  CHECK(parsed->get<int>("images") == 7);
  CHECK(parsed->get<std::string>("out") == "from_file");
  CHECK(explicitly->get<int>("images") == 9);
}

TEST_CASE("options: a mistake is a usage error that names it") {
  CHECK(contains(usage_error({"--imagse", "3"}), "imagse"));
  CHECK(contains(usage_error({"--images", "many"}), "many"));
  CHECK(contains(usage_error({"a.h5", "b.h5"}), "positional"));
  const TemporaryFile file("roiflow_options_bad.ini", "imagse = 3\n");
  const std::string text = usage_error({"--config", file.path()});
  CHECK(contains(text, file.path()));
  CHECK(contains(text, "imagse"));
}

TEST_CASE("options: a missing required option is named when it is used") {
  const auto parsed = example_options().parse({"data.h5"});
  CHECK_THROWS_WITH_AS((void)parsed->get<std::string>("out"),
                       "the option --out is required but was not given", Error);
}

TEST_CASE("log: a level shows itself and what is more urgent") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  const Log log(LogLevel::info, file);
  log.warning("image {} failed", 12);
  log.info("{} images", 8);
  log.debug("not shown");
  std::rewind(file);
  std::string text(200, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  CHECK(text.starts_with("roiflow: warning: image 12 failed\nroiflow: info ["));
  CHECK(text.ends_with(" s]: 8 images\n"));
}

TEST_CASE("log: the level is an option of every command") {
  const auto parsed = example_options().parse({"d", "--log-level", "debug"});
  REQUIRE(parsed);
  CHECK(parsed->log().shows(LogLevel::debug));
  CHECK_FALSE(example_options().parse({"d"})->log().shows(LogLevel::info));
  CHECK(contains(usage_error({"--log-level", "loud"}),
                 "--log-level must be one of error, warning, info, debug, found loud"));
}

TEST_CASE("progress: rate, time left and failures") {
  CHECK(Progress::text("run", 50, 200, 0, 10.0) == "run 50/200, 5.00 images/s, 0:30 left");
  CHECK(Progress::text("run", 200, 200, 3, 10.0) ==
        "run 200/200, 20.0 images/s, took 0:10, 3 failed");
  CHECK(Progress::text("run", 0, 200, 0, 0.0) == "run 0/200");
  CHECK(Progress::text("run", 1, 7201, 0, 1.0) == "run 1/7201, 1.00 images/s, 2:00:00 left");
}

}  // namespace roiflow
