/// SHA-256 (FIPS 180-4), by OpenSSL: names a file's content in what was made from it.
///
/// Example: Sha256 sum; sum.add("abc"); sum.hex() is "ba7816bf...f20015ad".
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's

namespace roiflow {

class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  /// The bytes of the numbers, little-endian.
  template <class T>
  void add(std::span<const T> numbers) {
    add({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
  }
  /// 64 digits; once, at the end.
  [[nodiscard]] std::string hex();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

/// Of the whole file, in bounded memory. Error{no_input}, {io}.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace roiflow
