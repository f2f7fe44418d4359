#include "io/files/folder.hpp"

#include <cerrno>
#include <cstring>

#include "io/files/file_calls.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

void create_folder(const std::filesystem::path& folder) {
  constexpr mode_t permissions = 0777;
  std::filesystem::path made;
  int error = 0;
  for (const auto& part : folder) {
    made /= part;
    // One that exists may answer EACCES or EROFS as well as EEXIST: the last word is what is there.
    if (file_calls::mkdir(made.c_str(), permissions) != 0) error = errno;
  }
  std::error_code ignored;
  require(std::filesystem::is_directory(folder, ignored), ErrorCode::cannot_create,
          "{}: cannot create the folder: {}", folder.string(), std::strerror(error));
}

}  // namespace roiflow
