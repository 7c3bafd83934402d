// Content-Digest (RFC 9530): what the body must hash to. Knows sha-256 and sha-512; other algorithms are ignored, and a
// field without a known one counts as missing.
//
// Threading: values; a ContentHash belongs to one coroutine. Errors: kDigestMissing, kDigestMismatch, kInvalidField.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma::http {

// Every known digest of a field; all of them must match.
struct ContentDigest {
  std::optional<Bytes> sha256;  // 32 bytes
  std::optional<Bytes> sha512;  // 64 bytes
};

Result<ContentDigest> parse_content_digest(std::string_view field);
std::string write_content_digest(ByteView body);  // "sha-256=:...:"

// Hashes a body that arrives in pieces.
class ContentHash {
 public:
  explicit ContentHash(ContentDigest expected);
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;
  void update(ByteView piece);
  Result<void> finish();  // once, at the end of the body

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Result<void> check_content_digest(std::string_view field, ByteView body);

}  // namespace mingma::http
