// What readers of stored records share: small numbers, byte strings of one length, places. Each reader says in its own
// words what is damaged. Internal to the room.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/cbor.h"
#include "base/error.h"
#include "shard/family.h"

namespace mingma::shard {

class StoredReader final {
 public:
  // `in` outlives the reader.
  StoredReader(CborReader& in, Error (*damaged)()) : in_(in), damaged_(damaged) {}

  template <typename Integer>
  Result<void> small(std::uint64_t max, Integer& out) {
    MINGMA_TRY(const std::uint64_t value, in_.unsigned_integer());
    if (value > max) return damaged_();
    out = static_cast<Integer>(value);
    return {};
  }

  template <std::size_t N>
  Result<void> array(std::array<std::uint8_t, N>& out) {
    MINGMA_TRY(const ByteView bytes, in_.bytes());
    if (bytes.size() != N) return damaged_();
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return {};
  }

  Result<void> place(RecordPlace& out) {
    MINGMA_TRY(const std::uint64_t fields, in_.array());
    if (fields != 3) return damaged_();
    MINGMA_TRY(out.leaf.value, in_.unsigned_integer());
    MINGMA_TRY(out.sequence.value, in_.unsigned_integer());
    MINGMA_TRY(const std::uint64_t index, in_.unsigned_integer());
    out.index = static_cast<std::uint32_t>(index);
    return {};
  }

 private:
  CborReader& in_;
  Error (*damaged_)();
};

inline void write_place(CborWriter& out, const RecordPlace& place) {
  out.array(3).unsigned_integer(place.leaf.value).unsigned_integer(place.sequence.value).unsigned_integer(place.index);
}

}  // namespace mingma::shard
