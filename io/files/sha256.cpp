#include "io/files/sha256.hpp"

#include <array>

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
  Sha256 sum;
  InputFile(path.string()).each_block([&](std::string_view block) { sum.add(block); });
  return sum.hex();
}

}  // namespace roiflow
