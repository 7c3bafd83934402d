// What the codecs of events share: numbers, instants, leaf positions, read strictly. Internal to the room.
#pragma once

#include <algorithm>
#include <limits>

#include "base/cbor.h"
#include "base/error.h"
#include "shard/errors.h"
#include "shard/event.h"

namespace mingma::shard::event_codec {

inline Error invalid(std::string_view what) { return Error(errors::kShardInvalidEvent, std::string(what)); }

// ---- writing

inline void write_leaf_number(CborWriter& out, std::uint32_t leaf) {
  if (leaf == kNoLeaf) {
    out.null();
  } else {
    out.unsigned_integer(leaf);
  }
}

// ---- reading

template <typename Integer>
Result<void> read_number(CborReader& in, Integer& out) {
  MINGMA_TRY(const std::uint64_t value, in.unsigned_integer());
  if (value > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())) return invalid("a number is too large");
  out = static_cast<Integer>(value);
  return {};
}

template <typename Enumeration>
Result<void> read_enumeration(CborReader& in, std::uint64_t least, std::uint64_t greatest, Enumeration& out) {
  MINGMA_TRY(const std::uint64_t value, in.unsigned_integer());
  if (value < least || value > greatest) return invalid("a value outside its list");
  out = static_cast<Enumeration>(value);
  return {};
}

template <std::size_t N>
Result<void> read_array(CborReader& in, std::array<std::uint8_t, N>& out) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  if (bytes.size() != N) return invalid("a byte string of the wrong length");
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {};
}

inline Result<void> read_bytes(CborReader& in, Bytes& out) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  out.assign(bytes.begin(), bytes.end());
  return {};
}

inline Result<void> read_leaf_number(CborReader& in, std::uint32_t& out) {
  if (in.peek() == CborType::kNull) {
    out = kNoLeaf;
    return in.null();
  }
  MINGMA_CHECK(read_number(in, out));
  if (out == kNoLeaf) return invalid("a leaf number is too large");
  return {};
}

inline Result<void> expect_fields(CborReader& in, std::uint64_t count) {
  MINGMA_TRY(const std::uint64_t found, in.array());
  if (found != count) return invalid("an array of the wrong length");
  return {};
}

inline Result<std::uint64_t> read_count(CborReader& in, std::uint64_t max) {
  MINGMA_TRY(const std::uint64_t count, in.array());
  if (count > max) return invalid("too many items");
  return count;
}

inline Result<void> check_count(std::uint64_t found, std::uint64_t expected) {
  if (found != expected) return invalid("an operation of the wrong length");
  return {};
}

inline Result<void> read_time(CborReader& in, UnixSeconds& out) {
  MINGMA_TRY(out.value, in.integer());
  if (out.value < 0 || out.value > 0xffff'ffff) return invalid("a time outside 1970 to 2106");
  return {};
}

// ---- cases and look-ups (event_codec_cases.cpp): everything behind the operation's tag

inline constexpr std::uint64_t kCaseOpenFields = 13;
inline constexpr std::uint64_t kCaseStepFields = 12;
inline constexpr std::uint64_t kLookUpFields = 10;
void write_fields(CborWriter& out, const CaseOpenOperation& op);
void write_fields(CborWriter& out, const CaseStepOperation& op);
void write_fields(CborWriter& out, const LookUpOperation& op);
// ---- retention (event_codec_cases.cpp)
inline constexpr std::uint64_t kExpireFields = 2;
inline constexpr std::uint64_t kDestroyKeysFields = 4;
void write_fields(CborWriter& out, const ExpireOperation& op);
void write_fields(CborWriter& out, const DestroyKeysOperation& op);
Result<ExpireOperation> read_expire(CborReader& in);
Result<DestroyKeysOperation> read_destroy_keys(CborReader& in);

Result<CaseOpenOperation> read_case_open(CborReader& in);
Result<CaseStepOperation> read_case_step(CborReader& in);
Result<LookUpOperation> read_look_up(CborReader& in);

}  // namespace mingma::shard::event_codec
