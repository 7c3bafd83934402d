// CBOR (RFC 8949): a writer that can only produce deterministic encoding (section 4.2.1), and a bounded reader.
//
// What is hashed or stored is written by CborWriter and read in strict mode, which refuses every other spelling of the
// same value. Foreign bytes (HCERT, COSE of others) are read in lenient mode: any well-formed encoding, still
// bounded, still refusing duplicate map keys.
//
// Writer: the caller states counts and writes map entries in bytewise key order; end() asserts that all announced items came.
// Reader: pull parser over borrowed bytes; views it returns live as long as those bytes. Nothing is allocated.
// Limits: depth 16, items per container 1,000,000.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace mingma {

class CborWriter {
 public:
  CborWriter() = default;
  explicit CborWriter(Bytes buffer) : out_(std::move(buffer)) { out_.clear(); }  // reuses its capacity

  CborWriter& integer(std::int64_t value);
  CborWriter& unsigned_integer(std::uint64_t value);
  CborWriter& bytes(ByteView value);
  CborWriter& text(std::string_view value);
  CborWriter& boolean(bool value);
  CborWriter& null();
  CborWriter& tag(std::uint64_t number);
  CborWriter& array(std::uint64_t count);
  CborWriter& map(std::uint64_t count);  // then `count` times key, value; keys in ascending bytewise order
  CborWriter& raw(ByteView encoded);     // one item that is already deterministic CBOR

  const Bytes& view() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  void head(std::uint8_t major, std::uint64_t argument);
  Bytes out_;
};

enum class CborMode : std::uint8_t { kStrict, kLenient };
enum class CborType : std::uint8_t { kInteger, kBytes, kText, kArray, kMap, kTag, kBoolean, kNull, kFloat, kEnd };

class CborReader {
 public:
  explicit CborReader(ByteView input, CborMode mode = CborMode::kStrict) : input_(input), mode_(mode) {}

  CborType peek() const;  // kEnd at the end of the input
  Result<std::int64_t> integer();  // fails beyond 64-bit signed
  Result<std::uint64_t> unsigned_integer();
  Result<ByteView> bytes();  // definite length only
  Result<std::string_view> text();  // valid UTF-8
  Result<bool> boolean();
  Result<void> null();
  Result<double> floating();  // lenient mode only
  Result<std::uint64_t> tag();
  Result<std::uint64_t> array();  // the count; then read that many items
  Result<std::uint64_t> map();    // the count; then read that many keys and values
  // Skips one whole item and returns its bytes. Checks everything inside, duplicate keys included.
  Result<ByteView> item();
  Result<void> end() const;  // error unless the whole input was read

  std::size_t offset() const { return offset_; }

  // For maps with small known keys: reads the count, then calls per entry and refuses keys out of order (strict) or twice.
  // `handle(key)` must read exactly one item.
  template <typename Handler>
  Result<void> integer_map(Handler&& handle);

 private:
  Result<std::uint64_t> head(std::uint8_t major);
  Result<std::uint64_t> argument(std::uint8_t initial);
  Result<void> skip(int depth);
  Error fail(std::string_view what) const;

  ByteView input_;
  CborMode mode_;
  std::size_t offset_ = 0;
};

template <typename Handler>
Result<void> CborReader::integer_map(Handler&& handle) {
  MINGMA_TRY(const std::uint64_t count, map());
  std::vector<std::int64_t> seen;
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(const std::int64_t key, integer());
    for (const std::int64_t other : seen) {
      if (other == key) return fail("a map key occurs twice");
    }
    if (mode_ == CborMode::kStrict && !seen.empty()) {
      // Bytewise order of the encodings: non-negative ascending, then negative descending.
      const std::int64_t last = seen.back();
      const bool ascending = (last >= 0) == (key >= 0) ? (key >= 0 ? key > last : key < last) : last >= 0;
      if (!ascending) return fail("map keys are not in order");
    }
    seen.push_back(key);
    MINGMA_CHECK(handle(key));
  }
  return {};
}

}  // namespace mingma
