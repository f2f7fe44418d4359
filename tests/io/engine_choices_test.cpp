#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "io/engine_choices_file.hpp"
#include "stages/core/error.hpp"
#include "tests/support/scratch.hpp"

using namespace roiflow;

TEST_CASE("engine choices: what was written is read again") {
  const test::Scratch directory("engine_choices");
  const auto path = directory / "choices.json";
  EngineChoices choices;
  choices.put("device A", "conv 1", "{\"plan\": 1}");
  choices.put("device A", "conv 2", "text with \"quotes\" and \n lines");
  choices.put("device B", "conv 1", "another");
  choices.put("device B", "conv 1", "the last one counts");
  write_engine_choices(path, choices.all());
  const EngineChoices again(read_engine_choices(path));
  CHECK(again.all() == choices.all());
  CHECK(again.find("device B", "conv 1") == "the last one counts");
  CHECK_FALSE(again.find("device B", "conv 2").has_value());
  CHECK_FALSE(again.find("device C", "conv 1").has_value());
}

TEST_CASE("engine choices: files of another kind are refused, with the place") {
  const test::Scratch directory("engine_choices");
  const auto path = directory / "choices.json";
  const auto refused = [&](const char* text, const char* expected) {
    CAPTURE(text);
    std::ofstream(path) << text;
    CHECK_THROWS_WITH_AS(read_engine_choices(path), doctest::Contains(expected), Error);
  };
  refused("[]", "expected");
  refused("{}", "/format");
  refused(R"({"format": "x", "version": 1, "scopes": {}})", "/format");
  refused(R"({"format": "roiflow engine choices", "version": 2, "scopes": {}})", "/version");
  refused(R"({"format": "roiflow engine choices", "version": 1, "scopes": {"a": {"b": 3}}})",
          "/scopes/a/b");
  CHECK_THROWS_AS(read_engine_choices(directory / "none.json"), Error);
}
