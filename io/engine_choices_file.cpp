#include "io/engine_choices_file.hpp"

#include <nlohmann/json.hpp>

#include "io/json/json_stream.hpp"
#include "io/json/json_value.hpp"
#include "io/pending_file.hpp"

namespace roiflow {
namespace {

constexpr std::string_view format_name = "roiflow engine choices";
constexpr std::int64_t format_version = 1;

}  // namespace

EngineChoices::Scopes read_engine_choices(const std::filesystem::path& path) {
  JsonStream stream(path);
  const JsonValue root(stream.value(""), stream.path(), "");
  JsonMembers file(root);
  const JsonValue format = file.required("format");
  if (format.text() != format_name) format.refuse(fmt::format("\"{}\"", format_name));
  const JsonValue version = file.required("version");
  if (version.integer(0, 1 << 30) != format_version)
    version.refuse(fmt::format("{}", format_version));
  EngineChoices::Scopes scopes;
  const JsonValue all = file.required("scopes");
  for (const auto& [scope, plans] : all.object()) {
    const JsonValue of_scope = all.member(scope, plans);
    for (const auto& [key, plan] : of_scope.object()) {
      scopes[std::string(scope)].insert_or_assign(std::string(key),
                                                  of_scope.member(key, plan).text());
    }
  }
  return scopes;
}

void write_engine_choices(const std::filesystem::path& path, const EngineChoices::Scopes& scopes) {
  const nlohmann::ordered_json file{
      {"format", format_name}, {"version", format_version}, {"scopes", scopes}};
  write_file(path, file.dump(1) + "\n");
}

}  // namespace roiflow
