#include "rules/facts.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/assert.h"
#include "rules/errors.h"

namespace mingma::rules {
namespace {

constexpr std::size_t kFirstDate = kInstantFacts;
constexpr std::size_t kFirstByte = kInstantFacts + kDateFacts;
constexpr std::uint32_t kInstantMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kDateMax = std::numeric_limits<std::uint16_t>::max();

Error fail(std::string_view where, std::string message) {
  return Error(errors::kInvalidFacts, std::move(message), std::string(where));
}

Json value_to_json(const FactInfo& info, std::uint32_t value) {
  switch (info.kind) {
    case FactKind::kInstant:
      return value == 0 ? Json() : Json(UnixSeconds{value}.to_string());
    case FactKind::kDate:
      return value == 0 ? Json() : Json(CivilDate{static_cast<std::int32_t>(value)}.to_string());
    case FactKind::kEnumeration:
      return info.values[value].name;
    case FactKind::kInteger:
      return static_cast<std::int64_t>(value);
    case FactKind::kBoolean:
      return value != 0;
  }
  MINGMA_ASSERT(false);
  return {};
}

Result<std::uint32_t> instant_from_json(const FactInfo& info, const Json& json) {
  if (json.is_null()) return 0u;
  if (!json.is_string()) return fail(info.name, "not a date-time");
  const auto instant = parse_instant(json.string());
  if (!instant.ok()) return fail(info.name, instant.error().message());
  if (instant->value <= 0 || instant->value > kInstantMax) return fail(info.name, "outside 1970 to 2106");
  return static_cast<std::uint32_t>(instant->value);
}

Result<std::uint32_t> date_from_json(const FactInfo& info, const Json& json) {
  if (json.is_null()) return 0u;
  if (!json.is_string()) return fail(info.name, "not a date");
  const auto date = parse_date(json.string());
  if (!date.ok()) return fail(info.name, date.error().message());
  if (date->days <= 0 || static_cast<std::uint32_t>(date->days) > kDateMax)
    return fail(info.name, "outside 1970 to 2149");
  return static_cast<std::uint32_t>(date->days);
}

Result<std::uint32_t> value_from_json(const FactInfo& info, const Json& json) {
  switch (info.kind) {
    case FactKind::kInstant:
      return instant_from_json(info, json);
    case FactKind::kDate:
      return date_from_json(info, json);
    case FactKind::kEnumeration: {
      const auto value = json.is_string() ? find_fact_value(info, json.string()) : std::nullopt;
      if (!value) return fail(info.name, "no such value");
      return std::uint32_t{*value};
    }
    case FactKind::kInteger:
      if (!json.is_integer() || json.integer() < 0 || json.integer() > info.value_max)
        return fail(info.name, "not a number in range");
      return static_cast<std::uint32_t>(json.integer());
    case FactKind::kBoolean:
      if (!json.is_boolean()) return fail(info.name, "neither true nor false");
      return json.boolean() ? 1u : 0u;
  }
  MINGMA_ASSERT(false);
  return 0u;
}

}  // namespace

std::uint32_t FactRow::get(FactId id) const {
  const auto index = static_cast<std::size_t>(id);
  MINGMA_ASSERT(index < kFacts);
  if (index < kFirstDate) return instants_[index];
  if (index < kFirstByte) return dates_[index - kFirstDate];
  return bytes_[index - kFirstByte];
}

void FactRow::set(FactId id, std::uint32_t value) {
  const auto index = static_cast<std::size_t>(id);
  MINGMA_ASSERT(index < kFacts);
  if (index < kFirstDate) {
    instants_[index] = value;
  } else if (index < kFirstByte) {
    MINGMA_ASSERT(value <= kDateMax);
    dates_[index - kFirstDate] = static_cast<std::uint16_t>(value);
  } else {
    MINGMA_ASSERT(value <= fact_info(id).value_max);
    bytes_[index - kFirstByte] = static_cast<std::uint8_t>(value);
  }
}

void FactRow::set_instant(FactId id, UnixSeconds value) {
  MINGMA_ASSERT(fact_info(id).kind == FactKind::kInstant);
  if (value == UnixSeconds{}) return set(id, 0);
  set(id, static_cast<std::uint32_t>(std::clamp<std::int64_t>(value.value, 1, kInstantMax)));
}

void FactRow::write(std::span<std::uint8_t, kImageBytes> image) const {
  std::size_t offset = 0;
  const auto put = [&](std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) image[offset++] = static_cast<std::uint8_t>(value >> (8 * i));
  };
  for (const std::uint32_t value : instants_) put(value, 4);
  for (const std::uint16_t value : dates_) put(value, 2);
  for (const std::uint8_t value : bytes_) put(value, 1);
}

Result<FactRow> FactRow::read(ByteView image) {
  if (image.size() != kImageBytes) return fail("", "a row of facts has " + std::to_string(kImageBytes) + " bytes");
  std::size_t offset = 0;
  const auto take = [&](int width) {
    std::uint32_t value = 0;
    for (int i = 0; i < width; ++i) value |= static_cast<std::uint32_t>(image[offset++]) << (8 * i);
    return value;
  };
  FactRow row;
  for (std::uint32_t& value : row.instants_) value = take(4);
  for (std::uint16_t& value : row.dates_) value = static_cast<std::uint16_t>(take(2));
  for (std::size_t i = 0; i < kByteFacts; ++i) {
    row.bytes_[i] = static_cast<std::uint8_t>(take(1));
    const FactInfo& info = fact_schema()[kFirstByte + i];
    if (row.bytes_[i] > info.value_max) return fail(info.name, "value out of range");
  }
  return row;
}

Json facts_to_json(const FactRow& row) {
  Json::Object facts;
  facts.reserve(kFacts);
  for (const FactInfo& info : fact_schema()) facts.emplace_back(info.name, value_to_json(info, row.get(info.id)));
  return facts;
}

Json to_rule_data(const FactRow& row, UnixSeconds now) {
  return Json::Object{{"facts", facts_to_json(row)}, {"now", now.to_string()}};
}

Result<FactRow> facts_from_json(const Json& facts) {
  if (!facts.is_object()) return fail("", "facts are an object");
  FactRow row;
  for (const auto& [name, value] : facts.object()) {
    const FactInfo* info = find_fact(name);
    if (info == nullptr) return fail(name, "no such fact");
    MINGMA_TRY(const std::uint32_t raw, value_from_json(*info, value));
    row.set(info->id, raw);
  }
  return row;
}

}  // namespace mingma::rules
