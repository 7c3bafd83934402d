#include "rules/evidence.h"

#include <array>
#include <limits>

#include "rules/errors.h"

namespace mingma::rules {
namespace {

constexpr std::int64_t kInstantMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint8_t kIntegerLevelMax = 20;

bool known(EvidenceKind kind) {
  for (const EvidenceKindInfo& info : evidence_schema()) {
    if (info.kind == kind) return true;
  }
  return false;
}

Error fail(std::string_view where, std::string message) {
  return Error(errors::kInvalidEvidence, std::move(message), std::string(where));
}

Result<void> check_named(std::string_view name, std::span<const std::string_view> values, std::uint8_t value) {
  if (name.empty()) {
    if (value != 0) return fail("", "a field that this kind of evidence does not have is not zero");
    return {};
  }
  if (values.empty()) {
    if (value < 1 || value > kIntegerLevelMax) return fail(name, "not between 1 and 20");
    return {};
  }
  if (value >= values.size() || values[value].empty()) return fail(name, "missing, or no such value");
  return {};
}

Result<void> check_times(const EvidenceKindInfo& info, const Evidence& evidence) {
  if (evidence.at.value <= 0 || evidence.at.value > kInstantMax)
    return fail(info.at_name, "missing, or outside 1970 to 2106");
  if (evidence.until == UnixSeconds{}) {
    if (info.until_required) return fail(info.until_name, "missing");
    return {};
  }
  if (info.until_name.empty()) return fail("", "this kind of evidence has no second instant");
  if (evidence.until.value < 0 || evidence.until.value > kInstantMax)
    return fail(info.until_name, "outside 1970 to 2106");
  if (evidence.until < evidence.at) return fail(info.until_name, "earlier than " + std::string(info.at_name));
  return {};
}

Result<std::uint8_t> read_named(std::string_view name, std::span<const std::string_view> values, const Json& json) {
  if (values.empty()) {
    if (!json.is_integer() || json.integer() < 1 || json.integer() > kIntegerLevelMax)
      return fail(name, "not an integer from 1 to 20");
    return static_cast<std::uint8_t>(json.integer());
  }
  if (json.is_string()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty() && values[i] == json.string()) return static_cast<std::uint8_t>(i);
    }
  }
  return fail(name, "no such value");
}

Result<UnixSeconds> read_instant(std::string_view name, const Json& json) {
  if (!json.is_string()) return fail(name, "not a date-time");
  auto instant = parse_instant(json.string());
  if (!instant.ok()) return fail(name, instant.error().message());
  return instant;
}

// Reads one member into `out`; unknown names are refused.
Result<void> read_member(const EvidenceKindInfo& info, const Json::Member& member, Evidence& out) {
  const auto& [name, value] = member;
  if (name == "kind") return {};
  if (name == info.at_name) {
    MINGMA_TRY(out.at, read_instant(name, value));
  } else if (name == info.until_name) {
    MINGMA_TRY(out.until, read_instant(name, value));
  } else if (name == info.level_name) {
    MINGMA_TRY(out.level, read_named(name, info.level_values, value));
  } else if (name == info.detail_name) {
    MINGMA_TRY(out.detail, read_named(name, info.detail_values, value));
  } else if (info.has_area && name == "area") {
    if (!value.is_string()) return fail(name, "not a division code");
    MINGMA_TRY(out.area, DivisionCode::parse(value.string()));
  } else {
    for (std::size_t bit = 0; bit < info.flag_names.size(); ++bit) {
      if (info.flag_names[bit] != name) continue;
      if (!value.is_boolean()) return fail(name, "neither true nor false");
      if (value.boolean()) out.flags = static_cast<std::uint8_t>(out.flags | (1u << bit));
      return {};
    }
    return fail(name, "this kind of evidence has no such field");
  }
  return {};
}

template <typename Integer>
void put(std::span<std::uint8_t> out, Integer value) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t take(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return value;
}

}  // namespace

Result<void> check_evidence(const Evidence& evidence) {
  if (!known(evidence.kind)) return fail("kind", "no such kind of evidence");
  const EvidenceKindInfo& info = evidence_kind_info(evidence.kind);
  MINGMA_CHECK(check_named(info.level_name, info.level_values, evidence.level));
  MINGMA_CHECK(check_named(info.detail_name, info.detail_values, evidence.detail));
  if (evidence.flags >> info.flag_names.size() != 0)
    return fail("", "a flag that this kind of evidence does not have is set");
  if (!info.has_area && evidence.area != DivisionCode{}) return fail("area", "this kind of evidence has no area");
  if (info.has_area && !DivisionCode::parse(evidence.area.to_string()).ok())
    return fail("area", "missing, or no division code");
  return check_times(info, evidence);
}

Result<Evidence> evidence_from_json(const Json& json) {
  const Json* kind = json.find("kind");
  if (kind == nullptr || !kind->is_string()) return fail("kind", "missing");
  const EvidenceKindInfo* info = find_evidence_kind(kind->string());
  if (info == nullptr) return fail("kind", "no such kind of evidence");
  Evidence evidence{.kind = info->kind};
  for (const Json::Member& member : json.object()) MINGMA_CHECK(read_member(*info, member, evidence));
  MINGMA_CHECK(check_evidence(evidence));
  return evidence;
}

Json evidence_to_json(const Evidence& evidence) {
  const EvidenceKindInfo& info = evidence_kind_info(evidence.kind);
  const auto named = [](std::span<const std::string_view> values, std::uint8_t value) {
    return values.empty() ? Json(static_cast<std::int64_t>(value)) : Json(values[value]);
  };
  Json json{Json::Object{{"kind", info.name}, {std::string(info.at_name), evidence.at.to_string()}}};
  if (evidence.until != UnixSeconds{}) json.set(info.until_name, evidence.until.to_string());
  if (!info.level_name.empty()) json.set(info.level_name, named(info.level_values, evidence.level));
  if (!info.detail_name.empty()) json.set(info.detail_name, named(info.detail_values, evidence.detail));
  if (info.has_area) json.set("area", evidence.area.to_string());
  for (std::size_t bit = 0; bit < info.flag_names.size(); ++bit) {
    json.set(info.flag_names[bit], (evidence.flags >> bit & 1) != 0);
  }
  return json;
}

// Layout: kind, level, detail, flags (1 byte each), area, at, until (4 bytes each), 4 bytes of zero kept for a later
// version.
void write_evidence(const Evidence& evidence, std::span<std::uint8_t, kEvidenceImageBytes> out) {
  out[0] = static_cast<std::uint8_t>(evidence.kind);
  out[1] = evidence.level;
  out[2] = evidence.detail;
  out[3] = evidence.flags;
  put(out.subspan(4, 4), evidence.area.value);
  put(out.subspan(8, 4), evidence.at.value);
  put(out.subspan(12, 4), evidence.until.value);
  put(out.subspan(16, 4), 0u);
}

Result<Evidence> read_evidence(ByteView image) {
  if (image.size() != kEvidenceImageBytes) return fail("", "an evidence image has 20 bytes");
  if (take(image.subspan(16, 4)) != 0) return fail("", "an evidence image of a later version");
  const Evidence evidence{.kind = static_cast<EvidenceKind>(image[0]),
                          .level = image[1],
                          .detail = image[2],
                          .flags = image[3],
                          .area = {take(image.subspan(4, 4))},
                          .at = {take(image.subspan(8, 4))},
                          .until = {take(image.subspan(12, 4))}};
  MINGMA_CHECK(check_evidence(evidence));
  return evidence;
}

}  // namespace mingma::rules
