#include "base/ids.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"

namespace mingma {
namespace {

constexpr std::uint32_t kTownshipUnit = 1;
constexpr std::uint32_t kCountyUnit = 1'000;
constexpr std::uint32_t kPrefectureUnit = 100'000;
constexpr std::uint32_t kProvinceUnit = 10'000'000;

// The size of the smallest level that `value` names.
std::uint32_t unit_of(std::uint32_t value) {
  for (const std::uint32_t unit : {kProvinceUnit, kPrefectureUnit, kCountyUnit}) {
    if (value % unit == 0) return unit;
  }
  return kTownshipUnit;
}

}  // namespace

std::string ResidentId::to_string() const { return hex_encode(bytes); }

Result<ResidentId> ResidentId::parse(std::string_view text) {
  ResidentId id;
  auto decoded = hex_decode(text);
  if (!decoded.ok() || decoded->size() != id.bytes.size()) {
    return Error(errors::kInvalidId, "a resident id is written as 32 lower-case hex digits");
  }
  std::copy(decoded->begin(), decoded->end(), id.bytes.begin());
  return id;
}

Result<ResidentId> ResidentId::from(ByteView bytes) {
  ResidentId id;
  if (bytes.size() != id.bytes.size()) return Error(errors::kInvalidId, "a resident id has 16 bytes");
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

bool DivisionCode::contains(DivisionCode inner) const {
  if (value == 0 || inner.value == 0) return false;
  const std::uint32_t unit = unit_of(value);
  return inner.value / unit == value / unit;
}

std::string DivisionCode::to_string() const {
  if (value == 0) return "0";
  const std::uint32_t unit = unit_of(value);
  return std::to_string(unit == kTownshipUnit ? value : value / unit);
}

Result<DivisionCode> DivisionCode::parse(std::string_view digits) {
  const auto invalid = [](const char* why) { return Error(errors::kInvalidId, why); };
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return invalid("a division code has decimal digits only");
  }
  if (digits.size() != 2 && digits.size() != 4 && digits.size() != 6 && digits.size() != 9) {
    return invalid("a division code has 2, 4, 6 or 9 digits (GB/T 2260)");
  }
  std::uint32_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  for (std::size_t i = digits.size(); i < 9; ++i) value *= 10;
  if (value < kProvinceUnit * 10) return invalid("a division code begins with its province, 11 or more");
  // A city without counties has townships directly below it (441900003), so only the prefecture must not be skipped.
  if (value % kProvinceUnit != 0 && value % kProvinceUnit < kPrefectureUnit) {
    return invalid("a division code names a county or township without its prefecture");
  }
  return DivisionCode{value};
}

}  // namespace mingma

// The leading bytes choose the shard and so are alike within one; the last ones are uniform there too.
std::size_t std::hash<mingma::ResidentId>::operator()(const mingma::ResidentId& id) const noexcept {
  std::size_t word = 0;
  std::memcpy(&word, id.bytes.data() + id.bytes.size() - sizeof word, sizeof word);
  return word;
}
