// Typed identifiers, so that no function takes two bare integers in a row.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma {

// A resident, known inside only by a keyed pseudonym: the first 16 bytes of HMAC-SHA-256(pseudonym key, identity
// document type and number). Uniform, so its leading bits choose the shard. Text form: 32 lower-case hex digits.
struct ResidentId {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const ResidentId&) const = default;
  std::string to_string() const;
  static Result<ResidentId> parse(std::string_view text);
  static Result<ResidentId> from(ByteView bytes);  // exactly 16 bytes
};

// An integer that means one thing only.
template <typename Tag, typename Integer>
struct StrongInteger {
  using Rep = Integer;
  Integer value = 0;
  auto operator<=>(const StrongInteger&) const = default;
};

using ShardId = StrongInteger<struct ShardIdTag, std::uint16_t>;      // 0 is the control shard
using LeafIndex = StrongInteger<struct LeafIndexTag, std::uint64_t>;  // position in one shard's ledger
using Sequence = StrongInteger<struct SequenceTag, std::uint64_t>;    // position in one shard's log, first is 1
using Epoch = StrongInteger<struct EpochTag, std::uint32_t>;          // ownership of a shard's log

inline constexpr ShardId kControlShard{0};

// GB/T 2260 administrative division, at most 9 digits (2 province, 4 prefecture, 6 county, 9 township), kept as the
// full 9 digits with trailing zeros: Henan 41 is 410000000, Zhengzhou 4101 is 410100000. 0 is "unknown".
// As an area it means itself and everything below it.
struct DivisionCode {
  std::uint32_t value = 0;

  auto operator<=>(const DivisionCode&) const = default;
  bool contains(DivisionCode inner) const;  // true for itself; unknown contains nothing and is in nothing
  DivisionCode province() const { return {value / 10'000'000 * 10'000'000}; }
  DivisionCode prefecture() const { return {value / 100'000 * 100'000}; }
  DivisionCode county() const { return {value / 1'000 * 1'000}; }
  std::string to_string() const;  // without trailing zero pairs: "41", "4101", "410102", "410102001"
  static Result<DivisionCode> parse(std::string_view digits);  // 2, 4, 6 or 9 digits; 6 with trailing 00 allowed
};

}  // namespace mingma

template <>
struct std::hash<mingma::ResidentId> {
  std::size_t operator()(const mingma::ResidentId& id) const noexcept;
};
