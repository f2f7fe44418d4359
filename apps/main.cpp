#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "apps/commands.hpp"
#include "apps/device.hpp"
#include "apps/process_info.hpp"
#include "stages/core/error.hpp"

namespace {

void print_help() {
  std::cout
      << "roiflow: region-based detectors over image data sets, evaluated while they run\n\n"
         "Usage: roiflow COMMAND [options]; `roiflow COMMAND --help` explains one command\n\n";
  for (const roiflow::Command& command : roiflow::commands()) {
    std::cout << "  " << command.name << std::string(10 - command.name.size(), ' ')
              << command.summary << '\n';
  }
  std::cout << "\n  --version   the version and what this build can use\n  --help      this page\n";
}

void print_version() {
  for (const auto& [library, version] : roiflow::library_versions()) {
    std::cout << library << ' ' << version << '\n';
  }
  std::cout << "GPU backend " << roiflow::gpu_backend_text() << '\n';
  for (const std::string& device : roiflow::devices()) std::cout << "device " << device << '\n';
  for (const std::string& gpu : roiflow::describe(roiflow::find_gpus())) {
    std::cout << "device " << gpu << '\n';
  }
}

int dispatch(const std::vector<std::string>& arguments) {
  using roiflow::ErrorCode;
  if (arguments.empty()) {
    print_help();
    return static_cast<int>(ErrorCode::usage);
  }
  if (arguments[0] == "--help" || arguments[0] == "-h") {
    print_help();
    return 0;
  }
  if (arguments[0] == "--version") {
    print_version();
    return 0;
  }
  for (const roiflow::Command& command : roiflow::commands()) {
    if (command.name == arguments[0]) return command.run({arguments.begin() + 1, arguments.end()});
  }
  roiflow::fail(ErrorCode::usage, "unknown command '{}'; `roiflow --help` lists the commands",
                arguments[0]);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of the file size is an error like a full disk
  std::signal(SIGCHLD, SIG_DFL);  // we wait for our children, whatever our parent did with its own
  try {
    return dispatch({argv + 1, argv + argc});
  } catch (const roiflow::Error& error) {
    std::cerr << "roiflow: error: " << error.what() << '\n';
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    std::cerr
        << "roiflow: error: there is not enough memory (--in-flight and --workers set how many "
           "images are under way)\n";
    return static_cast<int>(roiflow::ErrorCode::io);
  } catch (const std::exception& error) {
    std::cerr << "roiflow: internal error (please report it): " << error.what() << '\n';
    return static_cast<int>(roiflow::ErrorCode::internal);
  }
}
