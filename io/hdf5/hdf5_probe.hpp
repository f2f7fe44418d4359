/// Inside of the HDF5 room: a look at a file before this process opens it.
///
/// The library was not written for hostile files: damaged metadata can crash it, hang it or make it
/// ask for any amount of memory. So a child process goes first. It opens the file, visits all
/// groups, attributes and headers of data sets and looks up every chunk; it reads data only where
/// they are compressed. It gets 512 MiB and five seconds of processor time. What ends the child is
/// a refusal here, and so is whatever it finds against the rules: links other than hard ones, an
/// object that is found twice, groups nested deeper than 16, and storage_rules.hpp.
///
/// A file of another program (without the attribute `format`) is refused only if the child does not
/// survive it: the readers say better what it is.
///
/// The fork holds the library's lock, so the child finds the library at rest whatever other threads
/// do; the child itself has one thread and ends without the parent's destructors.
///
/// Costs a fork and one pass over the metadata; a file that did not change is looked at once.
#pragma once

#include <string>

namespace roiflow::hdf5 {

/// Hold a Lock. Error{bad_data} naming file and object; Error{busy} if somebody writes the file;
/// Error{io} if no child can be made.
void examine(const std::string& path);

}  // namespace roiflow::hdf5
