// Little-endian fixed-width images, as the tables of a shard hold them. Internal to the room.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/bytes.h"
#include "rules/evidence.h"
#include "shard/errors.h"

namespace mingma::shard {

// Appends to a buffer that it borrows.
class ImageWriter {
 public:
  explicit ImageWriter(Bytes& out) : out_(out) {}

  template <typename Integer>
  ImageWriter& number(Integer value) {
    using Unsigned = std::make_unsigned_t<Integer>;
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
      out_.push_back(static_cast<std::uint8_t>(static_cast<Unsigned>(value) >> (8 * i)));
    return *this;
  }
  ImageWriter& bytes(ByteView value) {
    append(out_, value);
    return *this;
  }

 private:
  Bytes& out_;
};

// Reads in the same order. A short image gives zeros and `ok()` false; check once at the end.
class ImageReader {
 public:
  explicit ImageReader(ByteView in) : in_(in) {}

  template <typename Integer>
  Integer number() {
    std::uint64_t value = 0;
    const ByteView raw = bytes(sizeof(Integer));
    for (std::size_t i = 0; i < raw.size(); ++i) value |= static_cast<std::uint64_t>(raw[i]) << (8 * i);
    return static_cast<Integer>(value);
  }
  ByteView bytes(std::size_t count) {
    if (in_.size() < count) {
      ok_ = false;
      in_ = {};
      return {};
    }
    const ByteView out = in_.first(count);
    in_ = in_.subspan(count);
    return out;
  }
  template <std::size_t N>
  void array(std::array<std::uint8_t, N>& out) {
    const ByteView raw = bytes(N);
    if (raw.size() == N) std::memcpy(out.data(), raw.data(), N);
  }
  ByteView rest() {
    const ByteView out = in_;
    in_ = {};
    return out;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && in_.empty(); }

 private:
  ByteView in_;
  bool ok_ = true;
};

inline void put_big_endian(std::uint32_t value, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}
inline void put_big_endian(std::uint64_t value, std::uint8_t* out) {
  for (int i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

// A withdrawal's evidence has only its kind, which rules::read_evidence would rightly refuse.
Result<rules::Evidence> read_stored_evidence_image(ByteView image, bool withdrawal);

}  // namespace mingma::shard
