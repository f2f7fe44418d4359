#include "io/files/file_calls.hpp"

#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace roiflow::file_calls {

int open(const char* path, int flags, mode_t permissions) {
  return ::open(path, flags, permissions);
}

int close(int descriptor) {
  return ::close(descriptor);
}

ssize_t pread(int descriptor, void* bytes, std::size_t count, off_t offset) {
  return ::pread(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
  return ::write(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t offset) {
  return ::pwrite(descriptor, bytes, count, offset);
}

int ftruncate(int descriptor, off_t length) {
  return ::ftruncate(descriptor, length);
}

int fsync(int descriptor) {
  return ::fsync(descriptor);
}

int rename(const char* from, const char* to) {
  return ::rename(from, to);
}

int unlink(const char* path) {
  return ::unlink(path);
}

int mkdir(const char* path, mode_t permissions) {
  return ::mkdir(path, permissions);
}

}  // namespace roiflow::file_calls
