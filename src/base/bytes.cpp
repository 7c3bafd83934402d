#include "base/bytes.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"

namespace mingma {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64UrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase45Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

using DecodeTable = std::array<std::int8_t, 256>;

constexpr DecodeTable decode_table(std::string_view alphabet) {
  DecodeTable table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

constexpr DecodeTable kHexTable = decode_table(kHexDigits);
constexpr DecodeTable kBase64Table = decode_table(kBase64Alphabet);
constexpr DecodeTable kBase64UrlTable = decode_table(kBase64UrlAlphabet);
constexpr DecodeTable kBase45Table = decode_table(kBase45Alphabet);

int digit(const DecodeTable& table, char c) { return table[static_cast<unsigned char>(c)]; }

Error bad(const char* what, std::size_t offset) {
  return Error(errors::kInvalidText, what, "offset " + std::to_string(offset));
}

std::string encode64(ByteView bytes, std::string_view alphabet, bool padded) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) text += alphabet[(group >> shift) & 63];
  }
  const std::size_t rest = bytes.size() - i;
  if (rest > 0) {
    const std::uint32_t group = (bytes[i] << 16) | (rest == 2 ? bytes[i + 1] << 8 : 0);
    text += alphabet[(group >> 18) & 63];
    text += alphabet[(group >> 12) & 63];
    if (rest == 2) text += alphabet[(group >> 6) & 63];
    if (padded) text.append(3 - rest, '=');
  }
  return text;
}

// `text` without padding.
Result<Bytes> decode64(std::string_view text, const DecodeTable& table) {
  if (text.size() % 4 == 1) return bad("base64 has an impossible length", text.size());
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = digit(table, text[i]);
    if (value < 0) return bad("not a base64 character", i);
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> count));
    }
  }
  if ((bits & ((1u << count) - 1)) != 0) return bad("unused bits of base64 are not zero", text.size() - 1);
  return bytes;
}

}  // namespace

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<std::uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

bool valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - i < static_cast<std::size_t>(length)) return false;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, nothing over U+10FFFF
    if (second < low || second > high) return false;
    for (int k = 2; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

Result<Digest> Digest::from(ByteView bytes) {
  Digest digest;
  if (bytes.size() != digest.bytes.size()) {
    return Error(errors::kInvalidText, "a digest has 32 bytes, not " + std::to_string(bytes.size()));
  }
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

std::string hex_encode(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

Result<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return bad("hex has an odd number of digits", text.size());
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(kHexTable, text[i]);
    const int low = digit(kHexTable, text[i + 1]);
    if (high < 0 || low < 0) return bad("not a lower-case hex digit", high < 0 ? i : i + 1);
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string base64_encode(ByteView bytes) { return encode64(bytes, kBase64Alphabet, true); }
std::string base64url_encode(ByteView bytes) { return encode64(bytes, kBase64UrlAlphabet, false); }

Result<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return bad("base64 is not padded to groups of four", text.size());
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  return decode64(text.substr(0, text.size() - padding), kBase64Table);
}

Result<Bytes> base64url_decode(std::string_view text) { return decode64(text, kBase64UrlTable); }

std::string base45_encode(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 1) / 2 * 3);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const bool pair = i + 1 < bytes.size();
    const unsigned value = pair ? bytes[i] * 256u + bytes[i + 1] : bytes[i];
    text += kBase45Alphabet[value % 45];
    text += kBase45Alphabet[value / 45 % 45];
    if (pair) text += kBase45Alphabet[value / 2025];
  }
  return text;
}

Result<Bytes> base45_decode(std::string_view text) {
  if (text.size() % 3 == 1) return bad("base45 has an impossible length", text.size());
  Bytes bytes;
  bytes.reserve(text.size() / 3 * 2 + 1);
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, text.size() - i);
    unsigned value = 0;
    unsigned weight = 1;
    for (std::size_t k = 0; k < count; ++k, weight *= 45) {
      const int part = digit(kBase45Table, text[i + k]);
      if (part < 0) return bad("not a base45 character", i + k);
      value += weight * static_cast<unsigned>(part);
    }
    if (value > (count == 3 ? 0xFFFFu : 0xFFu)) return bad("a base45 group is too large", i);
    if (count == 3) bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return bytes;
}

}  // namespace mingma
