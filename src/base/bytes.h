// Bytes and their text forms. Decoders are strict: one spelling per value, or an error with the offset.
//
// Source: RFC 4648 (base64, base64url, hex), RFC 9285 (base45). Hex is lower case only.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mingma {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
bool equal(ByteView a, ByteView b);
// Time depends on the lengths only, not on the content: for secrets and MACs.
bool equal_constant_time(ByteView a, ByteView b);
// Well-formed UTF-8 (Unicode table 3-7): no overlong forms, no surrogates, nothing over U+10FFFF.
bool valid_utf8(std::string_view text);

// 32 bytes: a SHA-256 value, an HMAC, a Merkle hash.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  operator ByteView() const { return bytes; }  // NOLINT(google-explicit-constructor)
  auto operator<=>(const Digest&) const = default;
  static Result<Digest> from(ByteView bytes);  // exactly 32 bytes
};

std::string hex_encode(ByteView bytes);  // lower case
Result<Bytes> hex_decode(std::string_view text);

std::string base64_encode(ByteView bytes);              // standard alphabet, padded
Result<Bytes> base64_decode(std::string_view text);     // canonical: padding present, unused bits zero
std::string base64url_encode(ByteView bytes);           // URL alphabet, no padding
Result<Bytes> base64url_decode(std::string_view text);  // canonical, no padding
std::string base45_encode(ByteView bytes);
Result<Bytes> base45_decode(std::string_view text);

}  // namespace mingma
