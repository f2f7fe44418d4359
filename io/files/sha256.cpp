#include "io/files/sha256.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
          ErrorCode::internal, "OpenSSL cannot compute SHA-256");
}

void Sha256::add(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, ErrorCode::internal,
          "OpenSSL cannot compute SHA-256");
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1, ErrorCode::internal,
          "OpenSSL cannot compute SHA-256");
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const InputFile file(path.string());
  std::vector<char> block(std::size_t{1} << 20);
  Sha256 sum;
  std::uint64_t at = 0;
  while (const std::size_t bytes = file.read_some(at, block)) {
    sum.add(std::string_view(block.data(), bytes));
    at += bytes;
  }
  return sum.hex();
}

}  // namespace roiflow
