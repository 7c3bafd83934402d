#include "base/cbor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "base/errors.h"

namespace mingma {
namespace {

constexpr std::uint8_t kUnsigned = 0;
constexpr std::uint8_t kNegative = 1;
constexpr std::uint8_t kByteString = 2;
constexpr std::uint8_t kTextString = 3;
constexpr std::uint8_t kArray = 4;
constexpr std::uint8_t kMap = 5;
constexpr std::uint8_t kTag = 6;
constexpr std::uint8_t kSimple = 7;

constexpr std::uint8_t kFalse = 20;
constexpr std::uint8_t kTrue = 21;
constexpr std::uint8_t kNull = 22;
constexpr std::uint8_t kUndefined = 23;
constexpr std::uint8_t kHalf = 25;
constexpr std::uint8_t kSingle = 26;
constexpr std::uint8_t kDouble = 27;

constexpr int kDepthMax = 16;
constexpr std::uint64_t kItemsMax = 1'000'000;

constexpr std::uint64_t kInt64Max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

double half_to_double(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10) & 0x1F;
  const double fraction = static_cast<double>(bits & 0x3FF);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else {
    value = std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

// A map key reduced to what makes it equal to another, whatever its spelling.
struct Key {
  std::uint8_t major;
  std::uint64_t argument;
  std::string_view content;
  auto operator<=>(const Key&) const = default;
};

}  // namespace

void CborWriter::head(std::uint8_t major, std::uint64_t argument) {
  const auto initial = static_cast<std::uint8_t>(major << 5);
  if (argument < 24) {
    out_.push_back(static_cast<std::uint8_t>(initial | argument));
    return;
  }
  const int width = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
  out_.push_back(static_cast<std::uint8_t>(initial | (24 + width)));
  for (int shift = (8 << width) - 8; shift >= 0; shift -= 8)
    out_.push_back(static_cast<std::uint8_t>(argument >> shift));
}

CborWriter& CborWriter::integer(std::int64_t value) {
  if (value >= 0) {
    head(kUnsigned, static_cast<std::uint64_t>(value));
  } else {
    head(kNegative, ~static_cast<std::uint64_t>(value));
  }
  return *this;
}

CborWriter& CborWriter::unsigned_integer(std::uint64_t value) { return head(kUnsigned, value), *this; }

CborWriter& CborWriter::bytes(ByteView value) {
  head(kByteString, value.size());
  append(out_, value);
  return *this;
}

CborWriter& CborWriter::text(std::string_view value) {
  head(kTextString, value.size());
  append(out_, as_bytes(value));
  return *this;
}

CborWriter& CborWriter::boolean(bool value) { return head(kSimple, value ? kTrue : kFalse), *this; }
CborWriter& CborWriter::null() { return head(kSimple, kNull), *this; }
CborWriter& CborWriter::tag(std::uint64_t number) { return head(kTag, number), *this; }
CborWriter& CborWriter::array(std::uint64_t count) { return head(kArray, count), *this; }
CborWriter& CborWriter::map(std::uint64_t count) { return head(kMap, count), *this; }

CborWriter& CborWriter::raw(ByteView encoded) {
  append(out_, encoded);
  return *this;
}

Error CborReader::fail(std::string_view what) const {
  return Error(errors::kInvalidCbor, std::string(what), "byte " + std::to_string(offset_));
}

// No item begins with a break byte, so one that stands where an item should begin ends a container already read.
std::size_t CborReader::next_offset() const {
  std::size_t offset = offset_;
  for (std::size_t i = 0; i < breaks_ && offset < input_.size() && input_[offset] == 0xFF; ++i) ++offset;
  return offset;
}

Result<CborReader::Head> CborReader::head() {
  const std::size_t start = next_offset();
  breaks_ -= start - offset_;
  offset_ = start;
  if (offset_ == input_.size()) return fail("the input ends where an item should begin");
  Head head;
  head.major = input_[offset_] >> 5;
  head.additional = input_[offset_] & 0x1F;
  if (head.additional < 24) {
    head.argument = head.additional;
    ++offset_;
    return head;
  }
  if (head.additional == 31) {
    if (mode_ == CborMode::kStrict) return fail("indefinite lengths are not deterministic");
    if (head.major < kByteString || head.major > kMap) return fail("not a CBOR item");
    head.indefinite = true;
    ++offset_;
    return head;
  }
  if (head.additional > 27) return fail("not a CBOR item");
  const std::size_t width = std::size_t{1} << (head.additional - 24);
  if (input_.size() - offset_ - 1 < width) return fail("the input ends inside an item's head");
  for (std::size_t i = 0; i < width; ++i) head.argument = head.argument << 8 | input_[offset_ + 1 + i];
  const std::uint64_t least = width == 1 ? 24 : std::uint64_t{1} << (width * 4);
  if (mode_ == CborMode::kStrict && head.major != kSimple && head.argument < least) {
    return fail("an integer or length is not written in its shortest form");
  }
  offset_ += 1 + width;
  return head;
}

Result<std::uint64_t> CborReader::argument_of(std::uint8_t major) {
  const std::size_t start = next_offset();
  if (start < input_.size() && input_[start] >> 5 != major) return fail("an item of another type is expected here");
  MINGMA_TRY(const Head read, head());
  if (read.indefinite) return fail("an item of definite length is expected here");
  return read.argument;
}

CborType CborReader::peek() const {
  const std::size_t offset = next_offset();
  if (offset == input_.size()) return CborType::kEnd;
  const std::uint8_t additional = input_[offset] & 0x1F;
  switch (input_[offset] >> 5) {
    case kUnsigned:
    case kNegative:
      return CborType::kInteger;
    case kByteString:
      return CborType::kBytes;
    case kTextString:
      return CborType::kText;
    case kArray:
      return CborType::kArray;
    case kMap:
      return CborType::kMap;
    case kTag:
      return CborType::kTag;
    default:
      break;
  }
  if (additional == kFalse || additional == kTrue) return CborType::kBoolean;
  if (additional >= kHalf && additional <= kDouble) return CborType::kFloat;
  return CborType::kNull;  // null, undefined, and what null() will refuse
}

Result<std::int64_t> CborReader::integer() {
  const std::size_t start = next_offset();
  const bool negative = start < input_.size() && input_[start] >> 5 == kNegative;
  MINGMA_TRY(const std::uint64_t argument, argument_of(negative ? kNegative : kUnsigned));
  if (argument > kInt64Max) return fail("an integer does not fit 64 bits");
  const auto magnitude = static_cast<std::int64_t>(argument);
  return negative ? -1 - magnitude : magnitude;
}

Result<std::uint64_t> CborReader::unsigned_integer() { return argument_of(kUnsigned); }
Result<std::uint64_t> CborReader::tag() { return argument_of(kTag); }

Result<ByteView> CborReader::string(std::uint8_t major) {
  MINGMA_TRY(const std::uint64_t length, argument_of(major));
  if (length > input_.size() - offset_) return fail("a string is longer than the input");
  const ByteView content = input_.subspan(offset_, length);
  if (major == kTextString && !valid_utf8(as_text(content))) return fail("a text is not UTF-8");
  offset_ += length;
  return content;
}

Result<ByteView> CborReader::bytes() { return string(kByteString); }

Result<std::string_view> CborReader::text() {
  MINGMA_TRY(const ByteView content, string(kTextString));
  return as_text(content);
}

Result<bool> CborReader::boolean() {
  MINGMA_TRY(const Head read, head());
  if (read.major != kSimple || (read.additional != kFalse && read.additional != kTrue)) {
    return fail("true or false is expected here");
  }
  return read.additional == kTrue;
}

Result<void> CborReader::null() {
  MINGMA_TRY(const Head read, head());
  const bool undefined = mode_ == CborMode::kLenient && read.additional == kUndefined;
  if (read.major != kSimple || (read.additional != kNull && !undefined)) return fail("null is expected here");
  return {};
}

Result<double> CborReader::floating() {
  if (mode_ == CborMode::kStrict) return fail("floating-point numbers are not used in deterministic encoding");
  MINGMA_TRY(const Head read, head());
  if (read.major != kSimple || read.additional < kHalf || read.additional > kDouble) {
    return fail("a floating-point number is expected here");
  }
  if (read.additional == kHalf) return half_to_double(read.argument);
  if (read.additional == kSingle) return std::bit_cast<float>(static_cast<std::uint32_t>(read.argument));
  return std::bit_cast<double>(read.argument);
}

Result<std::uint64_t> CborReader::container(std::uint8_t major) {
  const std::size_t start = next_offset();
  if (start < input_.size() && input_[start] >> 5 != major) return fail("an item of another type is expected here");
  MINGMA_TRY(const Head read, head());
  const std::uint64_t per_entry = major == kMap ? 2 : 1;
  if (!read.indefinite) {
    // Every item takes at least one byte: a count beyond that is a lie that must not size anything.
    if (read.argument > kItemsMax || read.argument * per_entry > input_.size() - offset_) {
      return fail("a container announces more items than there are");
    }
    return read.argument;
  }
  CborReader ahead(input_, mode_);
  ahead.offset_ = offset_;
  std::uint64_t count = 0;
  for (; !ahead.at_break(); ++count) {
    if (count == kItemsMax * per_entry) return fail("a container has too many items");
    MINGMA_CHECK(ahead.skip(1));
  }
  if (count % per_entry != 0) return fail("a map's last key has no value");
  ++breaks_;
  return count / per_entry;
}

Result<std::uint64_t> CborReader::array() { return container(kArray); }
Result<std::uint64_t> CborReader::map() { return container(kMap); }

Result<void> CborReader::skip_pieces(std::uint8_t major) {
  while (!at_break()) MINGMA_CHECK(string(major));
  ++offset_;
  return {};
}

Result<void> CborReader::skip_array(const Head& head, int depth) {
  if (!head.indefinite && head.argument > input_.size() - offset_) {
    return fail("a container announces more items than there are");
  }
  for (std::uint64_t i = 0; head.indefinite ? !at_break() : i < head.argument; ++i) {
    if (i == kItemsMax) return fail("a container has too many items");
    MINGMA_CHECK(skip(depth + 1));
  }
  if (head.indefinite) ++offset_;
  return {};
}

Result<void> CborReader::skip_map(const Head& head, int depth) {
  if (!head.indefinite && head.argument > (input_.size() - offset_) / 2) {
    return fail("a container announces more items than there are");
  }
  std::vector<Key> keys;
  std::string_view last;
  for (std::uint64_t i = 0; head.indefinite ? !at_break() : i < head.argument; ++i) {
    if (i == kItemsMax) return fail("a container has too many items");
    const std::size_t start = offset_;
    MINGMA_CHECK(skip(depth + 1));
    const std::string_view encoded = as_text(input_.subspan(start, offset_ - start));
    if (mode_ == CborMode::kStrict) {
      if (i > 0 && encoded <= last) return fail("map keys are not in order or occur twice");
      last = encoded;
    } else {
      CborReader key(as_bytes(encoded), mode_);
      MINGMA_TRY(const Head read, key.head());
      const bool is_string = read.major == kByteString || read.major == kTextString;
      if (is_string && read.indefinite) return fail("a map key is a string in pieces");
      const bool is_whole = read.major > kTextString;  // compared as spelled
      const std::string_view content = is_whole ? encoded : encoded.substr(key.offset_);
      keys.push_back({read.major, is_string || is_whole ? 0 : read.argument, content});
    }
    MINGMA_CHECK(skip(depth + 1));
  }
  if (head.indefinite) ++offset_;
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return fail("a map key occurs twice");
  return {};
}

Result<void> CborReader::skip_simple(const Head& head) const {
  if (head.additional >= kHalf && head.additional <= kDouble) {
    if (mode_ == CborMode::kStrict) return fail("floating-point numbers are not used in deterministic encoding");
    return {};
  }
  const std::uint8_t last = mode_ == CborMode::kStrict ? kNull : kUndefined;
  if (head.additional < kFalse || head.additional > last) return fail("not a simple value that is in use");
  return {};
}

Result<void> CborReader::skip(int depth) {
  if (depth > kDepthMax) return fail("items are nested too deeply");
  const std::size_t start = offset_;
  MINGMA_TRY(const Head read, head());
  switch (read.major) {
    case kByteString:
    case kTextString:
      if (read.indefinite) return skip_pieces(read.major);
      offset_ = start;
      MINGMA_CHECK(string(read.major));
      return {};
    case kArray:
      return skip_array(read, depth);
    case kMap:
      return skip_map(read, depth);
    case kTag:
      return skip(depth + 1);
    case kSimple:
      return skip_simple(read);
    default:
      return {};
  }
}

Result<ByteView> CborReader::item() {
  const std::size_t start = next_offset();
  breaks_ -= start - offset_;
  offset_ = start;
  MINGMA_CHECK(skip(0));
  return input_.subspan(start, offset_ - start);
}

Result<void> CborReader::end() const {
  if (next_offset() != input_.size()) return fail("there are more bytes after the item");
  return {};
}

}  // namespace mingma
