/// The seam between this program and the system's files: every file that is opened, written, made
/// safe or renamed goes through these functions, HDF5 files included (io/hdf5/hdf5_driver.hpp).
///
/// They are the POSIX calls of the same names and no more: -1 and errno say that a call failed, and
/// a write may be short. Owners with errors that name the file are built on top: OutputFile,
/// PendingFile, InputFile. A test program that brings its own definitions of these functions gets
/// the whole program on its own file system: one whose N-th call fails, or whose disk is full
/// (tests/support/failing_file_calls.cpp).
#pragma once

#include <cstddef>

#include <sys/types.h>

namespace roiflow::file_calls {

int open(const char* path, int flags, mode_t permissions);
int close(int descriptor);
ssize_t pread(int descriptor, void* bytes, std::size_t count, off_t offset);
ssize_t write(int descriptor, const void* bytes, std::size_t count);
ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t offset);
int ftruncate(int descriptor, off_t length);
int fsync(int descriptor);
int rename(const char* from, const char* to);
int unlink(const char* path);
int mkdir(const char* path, mode_t permissions);

}  // namespace roiflow::file_calls
