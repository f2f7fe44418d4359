// The file of --config: Boost's parser and our checks, with one option of every type we use.
#include "apps/options.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  file.write({data, size});
  fuzz::accepts(
      {},  // a value may have come from elsewhere: such a message names the option
      [&] {
        Options options("test", "Reads options.", "roiflow test");
        options.add()("flag", po::bool_switch(), "a switch")(
            "count", po::value<int>()->default_value(1), "a number")(
            "score", po::value<double>()->default_value(0.5), "a number")(
            "name", po::value<std::string>(), "a text")(
            "list", po::value<std::vector<int>>()->multitoken(), "numbers");
        const auto parsed = options.parse({"--config", file.path()});
        fuzz::must(parsed.has_value(), "a file cannot ask for help");
        (void)parsed->flag("flag");
        (void)parsed->get<int>("count");
      },
      ErrorCode::usage);
  return 0;
}
