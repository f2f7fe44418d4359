/// Whether the records of a zip archive are the whole file: no byte in front of them, between them
/// or behind them, no name twice, and each entry described twice in the same way. A file that is an
/// archive to one program and something else to another (a second archive in front, say) has no
/// such layout.
///
/// The layout: for each entry a local header, its bytes and perhaps a data descriptor; the central
/// directory; perhaps the end record of zip64 and its locator; the end record, without a comment.
///
/// Source: APPNOTE.TXT of PKWARE, 4.3.6 (overall), 4.3.7, 4.3.9, 4.3.12, 4.3.14 to 4.3.16, 4.5.3.
#pragma once

#include "io/input_file.hpp"

namespace roiflow {

/// Throws Error{bad_data} with the path, the entry and the byte offset.
void check_zip_layout(const InputFile& file);

}  // namespace roiflow
