/// A journal's records as bytes; private to this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/journal/journal.hpp"

namespace roiflow {

inline constexpr std::string_view journal_magic = "roiflow journal 1\n";
/// Before each record's payload: its length and its check sum, uint32 little-endian.
inline constexpr std::size_t record_head_bytes = 8;

/// CRC-32C (Castagnoli) of the length's four bytes and the payload: a length that was damaged is
/// found as well. Example of CRC-32C: "123456789" gives 0xE3069283.
[[nodiscard]] std::uint32_t record_checksum(std::string_view payload);
[[nodiscard]] std::string record_head(std::string_view payload);

/// The payload of the identity's record, and the text of such a payload.
[[nodiscard]] std::string encode_identity(std::string_view identity);
[[nodiscard]] std::string decode_identity(std::string_view payload);

/// Throws Error{bad_data}, without a name or place, for a payload that no encode_entry made: the
/// check sum was right, so this is another program's doing.
[[nodiscard]] std::string encode_entry(const JournalEntry& entry);
[[nodiscard]] JournalEntry decode_entry(std::string_view payload);

}  // namespace roiflow
