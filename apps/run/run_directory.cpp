#include "apps/run/run_directory.hpp"

#include "io/files/folder.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

std::filesystem::path made(std::filesystem::path path) {
  try {
    create_folder(path);
  } catch (const Error& error) {
    fail(error.code(), "--out: {}", error.what());
  }
  return path;
}

}  // namespace

RunDirectory::RunDirectory(std::filesystem::path path)
    : path_(made(std::move(path))), lock_(path_) {
  remove_partial_files(path_, run_file::published);
}

}  // namespace roiflow
