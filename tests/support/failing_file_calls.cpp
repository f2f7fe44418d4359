/// The system's files with faults, in the place of io/files/file_calls.cpp: linked into a program
/// of its own, the whole of roiflow runs on a disk that fails where the environment says.
///
///   FAILING_CALL=write     which call: open, close, read, write, truncate, fsync, rename, unlink,
///                          mkdir; `read` and `write` are those at a place, too
///   FAILING_AT=17          the 17th of them fails, in the order in which the program makes them
///   FAILING_EVER=1         and so do all later ones; else only this one
///   FAILING_ERROR=EIO      with this error; ENOSPC if it is not said
///   FAILING_SPACE=100000   writing fails with ENOSPC once so many bytes have been written
///   FAILING_SHORT=1        every write and read does one byte of many
///   FAILING_INTERRUPT=1    every second write and read fails with EINTR
///   FAILING_LOG=FILE       gets a line for the call that failed first
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files/file_calls.hpp"

namespace roiflow::file_calls {
namespace {

std::string_view setting(const char* name) {
  const char* const text = std::getenv(name);
  return text != nullptr ? text : "";
}

long number(const char* name) {
  return std::atol(std::string(setting(name)).c_str());
}

std::atomic<long> calls = 0, written = 0, interrupted = 0;

void log(std::string_view call, const char* path) {
  const std::string file(setting("FAILING_LOG"));
  if (file.empty()) return;
  if (std::FILE* out = std::fopen(file.c_str(), "a")) {
    std::fprintf(out, "%.*s %s\n", static_cast<int>(call.size()), call.data(), path);
    std::fclose(out);
  }
}

/// True, with errno, if this call is to fail.
bool fails(std::string_view call, const char* path = "") {
  if (setting("FAILING_CALL") != call) return false;
  const long at = number("FAILING_AT"), now = ++calls;
  if (now != at && !(number("FAILING_EVER") != 0 && now > at)) return false;
  log(call, path);
  errno = setting("FAILING_ERROR") == "EIO" ? EIO : ENOSPC;
  return true;
}

/// How many of `count` bytes are transferred; 0 with errno if the call is to fail.
std::size_t allowed(std::string_view call, std::size_t count) {
  if (fails(call)) return 0;
  if (number("FAILING_INTERRUPT") != 0 && ++interrupted % 2 == 0) {
    errno = EINTR;
    return 0;
  }
  return number("FAILING_SHORT") != 0 && count > 1 ? 1 : count;
}

std::size_t allowed_to_write(std::size_t count) {
  const std::size_t bytes = allowed("write", count);
  const long space = number("FAILING_SPACE");
  if (space == 0 || bytes == 0) return bytes;
  const long before = written.fetch_add(static_cast<long>(bytes));
  if (before + static_cast<long>(bytes) <= space) return bytes;
  written = space;
  if (before < space) return static_cast<std::size_t>(space - before);  // the last that fits
  log("space", "");
  errno = ENOSPC;
  return 0;
}

}  // namespace

int open(const char* path, int flags, mode_t permissions) {
  return fails("open", path) ? -1 : ::open(path, flags, permissions);
}

int close(int descriptor) {
  const bool failed = fails("close");
  const int error = errno, result = ::close(descriptor);  // the descriptor is gone in any case
  if (!failed) return result;
  errno = error;
  return -1;
}

ssize_t pread(int descriptor, void* bytes, std::size_t count, off_t offset) {
  const std::size_t part = allowed("read", count);
  return part == 0 && count > 0 ? -1 : ::pread(descriptor, bytes, part, offset);
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
  const std::size_t part = allowed_to_write(count);
  return part == 0 && count > 0 ? -1 : ::write(descriptor, bytes, part);
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t offset) {
  const std::size_t part = allowed_to_write(count);
  return part == 0 && count > 0 ? -1 : ::pwrite(descriptor, bytes, part, offset);
}

int ftruncate(int descriptor, off_t length) {
  return fails("truncate") ? -1 : ::ftruncate(descriptor, length);
}

int fsync(int descriptor) {
  return fails("fsync") ? -1 : ::fsync(descriptor);
}

int rename(const char* from, const char* to) {
  return fails("rename", to) ? -1 : ::rename(from, to);
}

int unlink(const char* path) {
  return fails("unlink", path) ? -1 : ::unlink(path);
}

int mkdir(const char* path, mode_t permissions) {
  return fails("mkdir", path) ? -1 : ::mkdir(path, permissions);
}

}  // namespace roiflow::file_calls
