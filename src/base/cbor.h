// CBOR (RFC 8949): a writer that can only produce deterministic encoding (section 4.2.1), and a bounded reader.
//
// What is hashed or stored is written by CborWriter and read in strict mode, which refuses every other spelling of the
// same value. Foreign bytes (HCERT, COSE of others) are read in lenient mode: any well-formed encoding, still
// bounded, still refusing duplicate map keys.
//
// Writer: every head is the shortest one; the caller states counts and writes map entries in bytewise key order (a test
// of each format reads its bytes back in strict mode, which would refuse anything else).
// Reader: pull parser over borrowed bytes; views it returns live as long as those bytes. Allocates only while it
// looks for duplicate keys. Indefinite lengths (lenient only): arrays and maps are counted ahead, so they read like
// definite ones; strings in pieces are skipped by item() and refused by bytes() and text().
// Errors: base.invalid_cbor at "byte N". Limits: depth 16 inside item(), items per container 1,000,000.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
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

  CborType peek() const;           // kEnd at the end of the input
  Result<std::int64_t> integer();  // fails beyond 64-bit signed
  Result<std::uint64_t> unsigned_integer();
  Result<ByteView> bytes();         // definite length only
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

  std::size_t offset() const { return offset_; }  // of the next byte to read

  // For maps with small known keys: reads the count, then calls per entry and refuses keys out of order (strict) or
  // twice. `handle(key)` must read exactly one item.
  template <typename Handler>
  Result<void> integer_map(Handler&& handle);

 private:
  struct Head {
    std::uint8_t major = 0;
    std::uint8_t additional = 0;  // the initial byte's low five bits
    std::uint64_t argument = 0;
    bool indefinite = false;
  };

  Result<Head> head();
  Result<std::uint64_t> argument_of(std::uint8_t major);
  Result<std::uint64_t> container(std::uint8_t major);
  Result<ByteView> string(std::uint8_t major);
  Result<void> skip(int depth);
  Result<void> skip_pieces(std::uint8_t major);
  Result<void> skip_array(const Head& head, int depth);
  Result<void> skip_map(const Head& head, int depth);
  Result<void> skip_simple(const Head& head) const;
  bool at_break() const { return offset_ < input_.size() && input_[offset_] == 0xFF; }
  std::size_t next_offset() const;
  Error fail(std::string_view what) const;

  ByteView input_;
  CborMode mode_;
  std::size_t offset_ = 0;
  std::size_t breaks_ = 0;  // indefinite containers entered whose break byte is still to come
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
