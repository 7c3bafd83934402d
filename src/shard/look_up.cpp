#include "shard/look_up.h"

#include <algorithm>
#include <array>

#include "base/cbor.h"
#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

constexpr std::uint64_t kVersion = 1;

constexpr std::uint16_t bit(StaffRole role) { return static_cast<std::uint16_t>(1u << static_cast<unsigned>(role)); }
constexpr std::uint16_t kEverybody = bit(StaffRole::kInstitution) | bit(StaffRole::kHotline) |
                                     bit(StaffRole::kAuditor) | bit(StaffRole::kCase) | bit(StaffRole::kCommunity);

constexpr std::array<DutyInfo, 6> kDuties{{
    {Duty::kCase, "办理申诉", "work on a case", kEverybody, false},
    {Duty::kCaller, "来电人本人查询", "the resident is on the line", bit(StaffRole::kHotline), false},
    {Duty::kVisit, "上门协助", "helping the resident in person", bit(StaffRole::kCommunity), false},
    {Duty::kMandate, "持文件核查", "an inquiry by document", bit(StaffRole::kAuditor), true},
    {Duty::kEmergency, "紧急情况", "an emergency", bit(StaffRole::kCase), true},
    {Duty::kAuthorised, "持本人授权码代查", "with the holder's code", kEverybody, true},
}};
constexpr std::array<std::string_view, 7> kDutyNames{"",        "case",      "caller",    "visit",
                                                     "mandate", "emergency", "authorised"};
constexpr std::array<std::string_view, 8> kRoleNames{"institution", "",        "",     "",
                                                     "hotline",     "auditor", "case", "community"};

Error damaged() { return Error(errors::kShardDamaged, "a stored look-up is damaged; restore the shard from its log"); }

Bytes keyed(char prefix, ByteView first, std::uint64_t sequence, std::uint32_t number) {
  Bytes key{static_cast<std::uint8_t>(prefix)};
  append(key, first);
  std::array<std::uint8_t, 12> place;
  put_big_endian(sequence, place.data());
  put_big_endian(number, place.data() + 8);
  append(key, place);
  return key;
}

Result<void> read_member(CborReader& in, std::int64_t key, LookUpRecord& out) {
  switch (key) {
    case 1: {
      MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
      if (version != kVersion) return damaged();
      return {};
    }
    case 2: {
      MINGMA_TRY(const ByteView bytes, in.bytes());
      MINGMA_TRY(out.resident, ResidentId::from(bytes));
      return {};
    }
    case 3: {
      MINGMA_TRY(out.at.value, in.integer());
      return {};
    }
    case 4: {
      MINGMA_TRY(const std::string_view text, in.text());
      out.institution = text;
      return {};
    }
    case 5: {
      MINGMA_TRY(const std::string_view text, in.text());
      out.actor = text;
      return {};
    }
    case 6: {
      MINGMA_TRY(const std::uint64_t role, in.unsigned_integer());
      if (role >= kRoleNames.size()) return damaged();
      out.role = static_cast<StaffRole>(role);
      return {};
    }
    case 7: {
      MINGMA_TRY(const std::uint64_t duty, in.unsigned_integer());
      if (duty < 1 || duty > kDuties.size()) return damaged();
      out.duty = static_cast<Duty>(duty);
      return {};
    }
    case 8: {
      MINGMA_TRY(out.ticket.value, in.unsigned_integer());
      return {};
    }
    case 9: {
      MINGMA_TRY(const std::uint64_t flags, in.unsigned_integer());
      if (flags > kLookUpFlagsAll) return damaged();
      out.flags = static_cast<std::uint8_t>(flags);
      return {};
    }
    case 10: {
      MINGMA_TRY(const ByteView bytes, in.bytes());
      MINGMA_TRY(out.content, Digest::from(bytes));
      return {};
    }
    default:
      return damaged();
  }
}

}  // namespace

std::string_view to_string(StaffRole role) {
  const auto at = static_cast<std::size_t>(role);
  return at < kRoleNames.size() ? kRoleNames[at] : std::string_view("unknown");
}
std::string_view to_string(Duty duty) {
  const auto at = static_cast<std::size_t>(duty);
  return at < kDutyNames.size() ? kDutyNames[at] : std::string_view("unknown");
}

std::optional<StaffRole> find_staff_role(std::string_view name) {
  const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (name.empty() || found == kRoleNames.end()) return std::nullopt;
  return static_cast<StaffRole>(found - kRoleNames.begin());
}
std::optional<Duty> find_duty(std::string_view name) {
  const auto found = std::find(kDutyNames.begin(), kDutyNames.end(), name);
  if (name.empty() || found == kDutyNames.end()) return std::nullopt;
  return static_cast<Duty>(found - kDutyNames.begin());
}

std::span<const DutyInfo> duty_schema() { return kDuties; }
const DutyInfo& duty_info(Duty duty) { return kDuties.at(static_cast<std::size_t>(duty) - 1); }

Bytes encode_look_up_record(const LookUpRecord& record) {
  CborWriter out;
  out.map(10);
  out.unsigned_integer(1).unsigned_integer(kVersion);
  out.unsigned_integer(2).bytes(record.resident.bytes);
  out.unsigned_integer(3).integer(record.at.value);
  out.unsigned_integer(4).text(record.institution);
  out.unsigned_integer(5).text(record.actor);
  out.unsigned_integer(6).unsigned_integer(static_cast<std::uint8_t>(record.role));
  out.unsigned_integer(7).unsigned_integer(static_cast<std::uint8_t>(record.duty));
  out.unsigned_integer(8).unsigned_integer(record.ticket.value);
  out.unsigned_integer(9).unsigned_integer(record.flags);
  out.unsigned_integer(10).bytes(record.content);
  return out.take();
}

Result<LookUpRecord> decode_look_up_record(ByteView canonical) {
  CborReader in(canonical);
  LookUpRecord out;
  int members = 0;
  MINGMA_CHECK(in.integer_map([&](std::int64_t key) -> Result<void> {
    ++members;
    return read_member(in, key, out);
  }));
  MINGMA_CHECK(in.end());
  if (members != 10) return damaged();
  return out;
}

Digest look_up_note_tag(const ResidentKeys& keys, ByteView note) {
  return keys.opening.mac({as_bytes("look-up-note"), note});
}

HolderCode holder_code(const ResidentKeys& keys, UnixSeconds at) {
  const std::int64_t window = at.value / kHolderCodeSeconds;
  std::array<std::uint8_t, 8> place;
  put_big_endian(static_cast<std::uint64_t>(window), place.data());
  const Digest mac = keys.opening.mac({as_bytes("holder-code"), place});
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | mac.bytes[i];
  std::string digits = std::to_string(value % 100'000'000);
  digits.insert(0, 8 - digits.size(), '0');
  return {std::move(digits), UnixSeconds{window * kHolderCodeSeconds}, UnixSeconds{(window + 2) * kHolderCodeSeconds}};
}

bool holder_code_fits(const ResidentKeys& keys, UnixSeconds at, std::string_view code) {
  std::string digits;
  for (const char c : code) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return false;
    digits += c;
  }
  return digits == holder_code(keys, at).digits || digits == holder_code(keys, at.plus(-kHolderCodeSeconds)).digits;
}

Bytes encode_stored_look_up(const StoredLookUp& look_up) {
  CborWriter out;
  out.array(5).bytes(look_up.record).unsigned_integer(look_up.leaf.value).unsigned_integer(look_up.sequence.value);
  out.unsigned_integer(look_up.index).bytes(look_up.sealed);
  return out.take();
}

Result<StoredLookUp> decode_stored_look_up(ByteView bytes) {
  CborReader in(bytes);
  StoredLookUp out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 5) return damaged();
  MINGMA_TRY(const ByteView record, in.bytes());
  out.record = to_bytes(record);
  MINGMA_TRY(out.leaf.value, in.unsigned_integer());
  MINGMA_TRY(out.sequence.value, in.unsigned_integer());
  MINGMA_TRY(const std::uint64_t index, in.unsigned_integer());
  if (index > 0xffff'ffff) return damaged();
  out.index = static_cast<std::uint32_t>(index);
  MINGMA_TRY(const ByteView sealed, in.bytes());
  out.sealed = to_bytes(sealed);
  MINGMA_CHECK(in.end());
  return out;
}

Bytes look_up_key(const ResidentId& resident, Sequence sequence, std::uint32_t number) {
  return keyed('r', resident.bytes, sequence.value, number);
}
Bytes look_up_flagged_key(Sequence sequence, std::uint32_t number) { return keyed('u', {}, sequence.value, number); }

Bytes look_up_count_key(UnixSeconds at, InstitutionNumber institution, std::string_view actor) {
  std::array<std::uint8_t, 8> place;
  put_big_endian(static_cast<std::uint32_t>((at.value + 8 * 3'600) / 86'400), place.data());
  put_big_endian(institution.value, place.data() + 4);
  Bytes key{'o'};
  append(key, place);
  append(key, as_bytes(actor));
  return key;
}

}  // namespace mingma::shard
